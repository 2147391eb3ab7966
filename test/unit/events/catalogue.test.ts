import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  catalogue,
  concerns,
  type EventName,
  type EventType,
  type FollowUpKind,
  followUpKinds,
  isOfCorrespondence,
  lookUp,
  openingFact,
  settlingFacts,
  type Tracked,
  typePrefix,
} from '../../../shared/events/catalogue.ts';
import { eventOf, letters, others, seeds, validations } from '../../support/fixture.ts';

/**
 * What Altinn sends today: name, whose subject, what `resourceinstance` is, the fact.
 *
 * Source: Altinn/altinn-correspondence, `AltinnEventType` and the handlers that publish.
 */
const sentToday: [EventName, 'sender' | 'recipient', Tracked, string][] = [
  ['attachmentinitialized', 'sender', 'attachment', 'initialized'],
  ['attachmentpublished', 'sender', 'attachment', 'published'],
  ['attachmentuploadfailed', 'sender', 'attachment', 'uploadFailed'],
  ['attachmentexpired', 'sender', 'attachment', 'expired'],
  ['correspondenceinitialized', 'sender', 'correspondence', 'initialized'],
  ['correspondencepublished', 'recipient', 'correspondence', 'published'],
  ['correspondencepublishfailed', 'sender', 'correspondence', 'publishFailed'],
  ['correspondencepurged', 'sender', 'correspondence', 'purged'],
  ['correspondencereceiverread', 'sender', 'correspondence', 'read'],
  ['correspondencereceiverconfirmed', 'sender', 'correspondence', 'confirmed'],
  ['correspondencereceiverneverread', 'recipient', 'correspondence', 'neverRead'],
  ['correspondencereceiverneverconfirmed', 'recipient', 'correspondence', 'neverConfirmed'],
  ['notificationcreated', 'sender', 'notification-order', 'notificationCreated'],
  ['correspondencenotificationcreationfailed', 'sender', 'correspondence', 'notificationCreationFailed'],
  ['correspondencenotificationfailed', 'sender', 'correspondence', 'notificationFailed'],
  ['correspondencenotificationallfailed', 'sender', 'correspondence', 'notificationAllFailed'],
  ['correspondencenotificationdelivered', 'sender', 'correspondence', 'notificationDelivered'],
  [
    'correspondencenotificationreminderdelivered',
    'sender',
    'correspondence',
    'notificationReminderDelivered',
  ],
];
const notSentToday: [EventName, Tracked][] = [
  ['attachmentuploadprocessing', 'attachment'],
  ['attachmentpurged', 'attachment'],
  ['attachmentdownloaded', 'attachment'],
  ['correspondencearchived', 'correspondence'],
  ['correspondencereceiverreplied', 'correspondence'],
  ['correspondencereceiverreserved', 'correspondence'],
];
const opens: Partial<Record<EventName, FollowUpKind>> = {
  correspondencereceiverneverread: 'never-read',
  correspondencereceiverneverconfirmed: 'never-confirmed',
  correspondencepublishfailed: 'publish-failed',
  attachmentuploadfailed: 'attachment-rejected',
  correspondencenotificationcreationfailed: 'notification-not-created',
  correspondencenotificationallfailed: 'notification-failed',
  correspondencenotificationfailed: 'notification-partly-failed',
};
const watches: Partial<Record<EventName, FollowUpKind[]>> = {
  correspondenceinitialized: ['not-published'],
  correspondencepublished: ['unread', 'unconfirmed', 'no-notification-outcome'],
};
const ofNotifications: FollowUpKind[] = [
  'notification-not-created',
  'notification-failed',
  'notification-partly-failed',
  'no-notification-outcome',
];
const ofRecipient: FollowUpKind[] = ['never-read', 'never-confirmed', 'unread', 'unconfirmed'];
const closes: Partial<Record<EventName, FollowUpKind[]>> = {
  correspondencereceiverread: ['never-read', 'unread', ...ofNotifications],
  correspondencereceiverconfirmed: [...ofRecipient, ...ofNotifications],
  correspondencepurged: [...ofRecipient, ...ofNotifications, 'publish-failed', 'not-published'],
  correspondencepublishfailed: [...ofRecipient, ...ofNotifications, 'not-published'],
  correspondencepublished: ['not-published'],
  correspondencenotificationcreationfailed: ['no-notification-outcome'],
  correspondencenotificationfailed: ['no-notification-outcome'],
  correspondencenotificationallfailed: ['no-notification-outcome'],
  correspondencenotificationdelivered: [
    'notification-not-created',
    'notification-failed',
    'no-notification-outcome',
  ],
  correspondencenotificationreminderdelivered: [
    'notification-not-created',
    'notification-failed',
    'no-notification-outcome',
  ],
  attachmentpurged: ['attachment-rejected'],
};

describe('catalogue', () => {
  it.each(sentToday)('%s is as Altinn sends it', (name, subject, about, fact) => {
    expect(lookUp(typePrefix + name)).toMatchObject({ name, subject, about, fact });
  });

  it.each(notSentToday)('%s, not sent today, is known and about the %s', (name, about) => {
    expect(lookUp(typePrefix + name)).toMatchObject({ name, about });
  });

  it('has the types that Altinn sends or names, and no other', () => {
    expect(Object.keys(catalogue).sort()).toEqual(
      [...sentToday, ...notSentToday].map(([name]) => name).sort(),
    );
  });

  it.each(Object.keys(catalogue) as EventName[])('%s is found in any casing', (name) => {
    const row = lookUp(typePrefix + name);
    expect(row?.name).toBe(name);
    const odd = [...(typePrefix + name)].map((c, i) => (i % 2 ? c.toUpperCase() : c)).join('');
    expect(lookUp((typePrefix + name).toUpperCase())).toEqual(row);
    expect(lookUp(odd)).toEqual(row);
    expect(lookUp(`${typePrefix}${name[0]?.toUpperCase()}${name.slice(1)}`)).toEqual(row);
  });

  it.each(Object.keys(catalogue) as EventName[])('%s opens and closes what it should', (name) => {
    const row = lookUp(typePrefix + name);
    expect(row?.opens).toBe(opens[name]);
    expect(row?.watches ?? []).toEqual(watches[name] ?? []);
    expect([...(row?.closes ?? [])].sort()).toEqual([...(closes[name] ?? [])].sort());
  });

  it('states each fact about a thing by one type alone', () => {
    const stated = Object.values(catalogue).map(({ about, fact }) => `${about} ${fact}`);
    expect(new Set(stated).size).toBe(stated.length);
  });

  it.each(seeds)('knows the type that %s has', (seed) => {
    expect(lookUp(eventOf(seed).type)?.name).toBe('correspondencepublished');
  });

  it('knows …Correspondencereceiverreserved, as two of the seeds print it', () => {
    expect(lookUp('no.altinn.correspondence.Correspondencereceiverreserved')?.fact).toBe('reserved');
  });

  it.each([
    'no.altinn.correspondence.correspondenceforwarded',
    'correspondencepublished',
    'no.altinn.correspondence.',
    'no.altinn.correspondence.correspondencepublished ',
    'no.altinn.broker.published',
    'platform.events.validatesubscription',
    '',
    'no.altinn.correspondence.__proto__',
    'no.altinn.correspondence.constructor',
    'no.altinn.correspondence.toString',
    '__proto__',
  ])('does not know %j', (type) => {
    expect(lookUp(type)).toBeUndefined();
  });
});

describe('Correspondence’s own', () => {
  it.each([...seeds, ...letters])('is %s', (name) => {
    expect(isOfCorrespondence(eventOf(name).type)).toBe(true);
    expect(isOfCorrespondence(eventOf(name).type.toUpperCase())).toBe(true);
  });

  it.each([...others, ...validations])('is not %s', (name) => {
    expect(isOfCorrespondence(eventOf(name).type)).toBe(false);
  });

  it.each(['', 'no.altinn.correspondence', ' no.altinn.correspondence.x', 'no.altinn.correspondences.x'])(
    'is not %j',
    (type) => {
      expect(isOfCorrespondence(type)).toBe(false);
    },
  );
});

describe('the three failures of notifications', () => {
  it.each<[EventName, RegExp, RegExp]>([
    ['correspondencenotificationallfailed', /one notification order/, /was not notified/],
    ['correspondencenotificationfailed', /anything in another order/, /not all/],
    ['correspondencenotificationcreationfailed', /^One of possibly several/, /^No notification/],
  ])('%s means what Altinn means by it, and no more', (name, means, not) => {
    expect(catalogue[name].means).toMatch(means);
    expect(catalogue[name].means).not.toMatch(not);
  });
});

describe('what opens and settles a follow-up', () => {
  it('is told of a type, in any casing', () => {
    const of = (...kinds: FollowUpKind[]) =>
      Object.keys(catalogue)
        .filter((name) => concerns((typePrefix + name).toUpperCase(), new Set(kinds)))
        .sort();
    const all = [opens, watches, closes].flatMap((each) => Object.keys(each));
    expect(of(...followUpKinds)).toEqual([...new Set(all)].sort());
    expect(of('never-read')).toEqual([
      'correspondencepublishfailed',
      'correspondencepurged',
      'correspondencereceiverconfirmed',
      'correspondencereceiverneverread',
      'correspondencereceiverread',
    ]);
    expect(of()).toEqual([]);
    expect(concerns('no.altinn.correspondence.correspondenceforwarded', new Set(followUpKinds))).toBe(false);
  });

  it('is read, confirmed, purged or failed for never-read; not read for never-confirmed', () => {
    expect([...settlingFacts('never-read')].sort()).toEqual(['confirmed', 'publishFailed', 'purged', 'read']);
    expect([...settlingFacts('never-confirmed')].sort()).toEqual(['confirmed', 'publishFailed', 'purged']);
  });

  it('is the never* fact of its kind', () => {
    expect(openingFact('never-read')).toBe('neverRead');
    expect(openingFact('never-confirmed')).toBe('neverConfirmed');
  });
});

describe('EventType', () => {
  it('is the catalogue’s types, lower-case and with the prefix, and nothing else', () => {
    expectTypeOf<EventType>().toEqualTypeOf<`no.altinn.correspondence.${keyof typeof catalogue}`>();
    expectTypeOf<'no.altinn.correspondence.correspondencereceiverread'>().toExtend<EventType>();
    expectTypeOf<'no.altinn.correspondence.Published'>().not.toExtend<EventType>();
    expectTypeOf<'correspondencereceiverread'>().not.toExtend<EventType>();
    expectTypeOf<string>().not.toExtend<EventType>();
  });
});
