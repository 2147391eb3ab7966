import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  catalogue,
  type EventName,
  lookUp,
  type Tracked,
  typePrefix,
} from '../../../shared/events/catalogue.ts';
import { attribute, type CloudEvent } from '../../../shared/events/cloud-event.ts';
import { compareTimes, utc } from '../../../shared/events/time.ts';
import { aboutOf, deriveStatus, type TimelineEntry } from '../../../shared/tracking/status.ts';
import { eventOf, eventsOf, letters, seeds } from '../../support/fixture.ts';

const receivedAt = '2026-08-20T06:00:00.000Z';
const source = 'https://platform.altinn.no/correspondence/api/v1/correspondence';

/** As the timeline's row has it. */
function entryOf(event: CloudEvent): TimelineEntry {
  return {
    id: event.id,
    type: event.type,
    source: event.source,
    resource: attribute(event, 'resource'),
    subject: attribute(event, 'subject'),
    alternativeSubject: attribute(event, 'alternativesubject'),
    time: attribute(event, 'time'),
    receivedAt,
  };
}

let ids = 0;
function entry(name: EventName | (string & {}), changes: Partial<TimelineEntry> = {}): TimelineEntry {
  const time = '2026-08-20T05:00:00Z';
  return { id: String(++ids), type: typePrefix + name, source, time, receivedAt, ...changes };
}

describe('facts', () => {
  it.each(Object.entries(catalogue))('%s is the fact of its row', (name, { fact, about }) => {
    const status = deriveStatus([entry(name, { time: '2026-08-20T05:00:00.1234567Z' })]);
    expect(status.facts).toEqual({ [fact]: '2026-08-20T05:00:00.1234567Z' });
    expect(status.about).toBe(about);
  });

  it('have the earliest of their times, to the last digit and whatever the offset', () => {
    const status = deriveStatus([
      entry('correspondencereceiverread', { time: '2026-08-20T05:00:00.1234568Z' }),
      entry('correspondencereceiverread', { time: '2026-08-20T07:00:00.1234567+02:00' }),
      entry('CorrespondenceReceiverRead', { time: '2026-08-20T05:00:00.12345679Z' }),
    ]);
    expect(status.facts).toEqual({ read: '2026-08-20T05:00:00.1234567Z' });
  });

  it.each([undefined, 'yesterday', '2026-02-30T00:00:00Z'])(
    'have the time of reception where it is %s',
    (time) => {
      expect(deriveStatus([entry('correspondencereceiverread', { time })]).facts).toEqual({
        read: receivedAt,
      });
    },
  );

  it('stay, though a later event says otherwise', () => {
    const status = deriveStatus([
      entry('correspondencereceiverread', { time: '2026-08-20T05:00:00Z' }),
      entry('correspondencereceiverneverread', { time: '2026-08-20T05:30:00Z' }),
    ]);
    expect(Object.keys(status.facts).sort()).toEqual(['neverRead', 'read']);
  });

  it('none of a type we do not know, which is in the timeline all the same', () => {
    const status = deriveStatus([entryOf(eventOf('unknown-type'))]);
    expect(status).toMatchObject({ facts: {}, word: 'unknown', about: 'correspondence' });
    expect(status.timeline).toHaveLength(1);
  });

  it('none of no event', () => {
    expect(deriveStatus([])).toMatchObject({
      facts: {},
      word: 'unknown',
      timeline: [],
      recipient: undefined,
    });
  });
});

describe('how a fact is known', () => {
  const read = (via: string | undefined, time?: string) => entry('correspondencereceiverread', { via, time });
  const [early, late] = ['2026-08-20T05:00:00Z', '2026-08-20T05:30:00Z'];

  it.each<[string, TimelineEntry[], string, string]>([
    [
      'asked before pull and push',
      [read('push', early), read('pull', early), read('asked', late)],
      'asked',
      late,
    ],
    ['pull before push', [read('push', early), read('pull', late)], 'pull', late],
    ['the earliest of several', [read('pull', late), read('pull', early), read('push', late)], 'pull', early],
    ['details before a list', [read('asked'), read('asked', late), read('pull', early)], 'asked', late],
    ['a list before pull, by when it answered', [read('asked'), read('pull', early)], 'asked', receivedAt],
    ['a newer version’s way as weakest', [read('oracle', early), read('pull', late)], 'pull', late],
    ['a newer version’s way alone as push', [read('oracle', late), read(undefined, early)], 'push', early],
  ])('is by %s', (_what, entries, via, time) => {
    for (const order of [entries, entries.toReversed()]) {
      const status = deriveStatus(order);
      expect([status.knownBy, status.facts]).toEqual([{ read: via }, { read: time }]);
    }
  });

  it('is told of each fact, and of each entry as its row has it', () => {
    const status = deriveStatus([read('push', early), entry('correspondencepublished', { via: 'pull' })]);
    expect(status.knownBy).toEqual({ read: 'push', published: 'pull' });
    expect(status.timeline.map(({ via }) => via)).toEqual(['push', 'pull']);
  });

  it('is by no attribute of an event', () => {
    const event = { ...eventOf('subject-person'), via: 'asked', knownBy: { published: 'asked' } };
    expect(deriveStatus([entryOf(event)]).knownBy).toEqual({ published: 'push' });
  });

  it('keeps a forged push from saying what the thing is, and whose', () => {
    const subject = 'urn:altinn:partyid:1';
    const resource = 'urn:altinn:resource:brev';
    const truth = entry('correspondencepublished', { via: 'pull', subject, resource });
    const lie = { via: 'push', time: '2026-08-20T04:00:00Z', resource: `${resource}-2` };
    const forged = [
      entry('attachmentinitialized', lie),
      entry('correspondencepublished', { ...lie, subject: 'urn:altinn:partyid:2' }),
      entry('correspondencereceiverneverread', { ...lie, subject: 'urn:altinn:partyid:3' }),
    ];
    expect(deriveStatus([...forged, truth])).toMatchObject({
      about: 'correspondence',
      resource,
      recipient: subject,
      facts: { published: truth.time },
    });
  });
});

describe('about', () => {
  it.each<[string, string]>([
    ['https://platform.altinn.no/correspondence/api/v1/correspondence', 'correspondence'],
    ['https://platform.altinn.no/correspondence/api/v1/attachment', 'attachment'],
    ['https://platform.altinn.no/correspondence/api/v1/Attachment/', 'attachment'],
    ['https://platform.tt02.altinn.no/correspondence/api/v1/notification', 'notification-order'],
    ['https://api.altinn.no/attachments', 'correspondence'],
    ['urn:something:else', 'correspondence'],
  ])('of an unknown type from %s is %s', (from, about) => {
    expect(aboutOf([{ type: 'no.altinn.correspondence.new', source: from }])).toBe(about);
  });

  it('is by type where a type is known, whatever the source', () => {
    const attachment = 'https://platform.altinn.no/correspondence/api/v1/attachment';
    expect(
      aboutOf([
        { type: 'no.altinn.correspondence.new', source: attachment },
        entry('correspondencepublished'),
      ]),
    ).toBe('correspondence');
  });

  it.each([
    ['attachment-published', 'attachment'],
    ['notification-created', 'notification-order'],
    ['subject-person', 'correspondence'],
    ['odd-casing', 'correspondence'],
  ] as const)('of %s is %s', (name, about) => {
    expect(deriveStatus([entryOf(eventOf(name))]).about).toBe(about);
  });
});

describe('the word', () => {
  it.each<[string, EventName[]]>([
    ['unknown', []],
    ['initialized', ['correspondenceinitialized']],
    [
      'published',
      ['correspondenceinitialized', 'correspondencepublished', 'correspondencenotificationfailed'],
    ],
    ['neverRead', ['correspondencepublished', 'correspondencereceiverneverread']],
    ['read', ['correspondencereceiverneverread', 'correspondencereceiverread']],
    ['read', ['correspondencereceiverneverconfirmed', 'correspondencereceiverread']],
    ['confirmed', ['correspondencereceiverread', 'correspondencereceiverconfirmed']],
    ['purged', ['correspondencereceiverconfirmed', 'correspondencepurged']],
    ['publishFailed', ['correspondenceinitialized', 'correspondencepublishfailed']],
    ['uploadFailed', ['attachmentinitialized', 'attachmentuploadfailed']],
    ['expired', ['attachmentpublished', 'attachmentexpired']],
    ['notificationCreated', ['notificationcreated']],
    ['notificationDelivered', ['correspondencenotificationdelivered']],
  ])('is %s after %j', (word, names) => {
    expect(deriveStatus(names.map((name) => entry(name))).word).toBe(word);
  });
});

describe('the recipient', () => {
  const recipient = 'urn:altinn:person:identifier-no:13845678914';
  const sender = 'urn:altinn:organization:identifier-no:123456789';
  const old = { time: '2026-07-12T23:59:59.9999999Z' };

  it.each([
    ['subject-person', 'urn:altinn:person:identifier-no:13845678914'],
    ['subject-organization', 'urn:altinn:organization:identifier-no:310654321'],
    ['subject-idporten-email', 'urn:altinn:person:idporten-email:kari.nordmann@example.no'],
    ['subject-self-identified', 'urn:altinn:person:legacy-selfidentified:kari_nordmann'],
    ['subject-party-id', 'urn:altinn:partyid:50015641'],
    ['subject-party-uuid', 'urn:altinn:party:uuid:9c1d2f8e-1a2b-4c3d-8e4f-0a1b2c3d4e5f'],
    ['odd-casing', 'urn:altinn:person:identifier-no:13845678914'],
    // The sender's, whom these are about.
    ['subject-old-party', undefined],
    ['subject-absent', undefined],
    ['unknown-type', undefined],
    ['unknown-attributes', undefined],
    ['attachment-published', undefined],
    ['notification-created', undefined],
  ] as const)('of %s is %s', (name, expected) => {
    expect(deriveStatus([entryOf(eventOf(name))]).recipient).toBe(expected);
  });

  it('is in published, neverread and neverconfirmed alone', () => {
    for (const [name, row] of Object.entries(catalogue)) {
      const status = deriveStatus([entry(name, { subject: recipient })]);
      expect(status.recipient, name).toBe(row.subject === 'recipient' ? recipient : undefined);
    }
  });

  it('stays unknown where no event carries it', () => {
    expect(deriveStatus([entry('correspondencepublished')]).recipient).toBeUndefined();
  });

  it.each([
    'correspondencepublished',
    'correspondencereceiverneverread',
    'correspondencereceiverneverconfirmed',
  ])('of a pair of %s is the one who is not the sender, who is known from another event', (name) => {
    const pair = [entry(name, { subject: sender, ...old }), entry(name, { subject: recipient, ...old })];
    const initialized = entry('correspondenceinitialized', { subject: sender, ...old });
    for (const events of [
      [...pair, initialized],
      [initialized, ...pair.toReversed()],
    ])
      expect(deriveStatus(events).recipient).toBe(recipient);
  });

  it('of a pair is known by the sender’s alternative subject as well', () => {
    const read = entryOf(eventOf('subject-old-party'));
    const pair = eventsOf('pair-published').map(entryOf);
    expect(deriveStatus([...pair, read]).recipient).toBe('/party/50029931');
  });

  it('of a pair is not guessed where the sender is not known', () => {
    expect(deriveStatus(eventsOf('pair-published').map(entryOf)).recipient).toBeUndefined();
  });

  it('of a pair is taken from a later event that has the recipient alone', () => {
    const pair = eventsOf('pair-published').map(entryOf);
    const neverRead = entry('correspondencereceiverneverread', {
      subject: recipient,
      time: '2026-07-13T00:00:00Z',
    });
    expect(deriveStatus([...pair, neverRead]).recipient).toBe(recipient);
  });

  it('may be the sender himself since 13 July 2026', () => {
    const toSelf = [
      entry('correspondencepublished', { subject: sender }),
      entry('correspondencereceiverread', { subject: sender }),
    ];
    expect(deriveStatus(toSelf).recipient).toBe(sender);
  });
});

describe('the timeline', () => {
  it('has an event once, as it was received first', () => {
    const once = entry('correspondencereceiverread', {
      receivedAt: '2026-08-20T06:00:01.000Z',
      time: undefined,
    });
    const again = { ...once, receivedAt: '2026-08-20T06:00:00.000Z' };
    for (const entries of [
      [once, again],
      [again, once],
      [once, again, once],
    ])
      expect(deriveStatus(entries).timeline).toEqual([{ ...again, time: again.receivedAt }]);
  });

  it('has an event once, as the strongest reception has it', () => {
    const pushed = entry('correspondencereceiverread', { receivedAt: '2026-08-20T06:00:00.000Z' });
    const pulled = {
      ...pushed,
      via: 'pull',
      receivedAt: '2026-08-20T07:00:00.000Z',
      time: '2026-08-20T05:01:00Z',
    };
    for (const entries of [
      [pushed, pulled],
      [pulled, pushed, pulled],
    ])
      expect(deriveStatus(entries).timeline).toEqual([pulled]);
  });

  it('has two events of one id apart where their types differ', () => {
    const events = seeds.map((seed) => entryOf(eventOf(seed)));
    expect(deriveStatus(events).timeline.map(({ type }) => type)).toEqual([
      'no.altinn.correspondence.Published',
      'no.altinn.correspondence.correspondencepublished',
    ]);
    expect(deriveStatus(events).facts).toEqual({ published: '2024-04-19T07:22:19.438039Z' });
  });

  it('is in the order of time', () => {
    const times = ['2026-08-20T05:00:00.2Z', '2026-08-20T05:00:00Z', '2026-08-20T07:00:00.1+02:00'];
    const status = deriveStatus(times.map((time) => entry('correspondencereceiverread', { time })));
    expect(status.timeline.map(({ time }) => time)).toEqual([
      '2026-08-20T05:00:00Z',
      '2026-08-20T05:00:00.1Z',
      '2026-08-20T05:00:00.2Z',
    ]);
  });
});

describe('any order and any duplication', () => {
  const names = fc
    .constantFrom<Tracked>('correspondence', 'attachment', 'notification-order')
    .map((about) => {
      const rows = Object.entries(catalogue).filter(([, row]) => row.about === about);
      return [...rows.map(([name]) => name), 'somethingnew'];
    });
  /** Few moments and few ids, so that times tie and ids repeat. */
  const moment = fc
    .tuple(fc.integer({ min: 10, max: 12 }), fc.constantFrom('', '.5', '.1234567'))
    .map(([second, fraction]) => `2026-08-20T05:00:${second}${fraction}Z`);
  const parties = fc.constantFrom('urn:altinn:partyid:1', 'urn:altinn:partyid:2', undefined);

  /** A letter's history has one sender and one recipient. */
  const history = fc
    .tuple(
      parties,
      parties,
      names,
      fc.uniqueArray(fc.tuple(fc.nat(), fc.uuid(), fc.option(moment, { nil: undefined })), {
        maxLength: 10,
        selector: ([, id]) => id,
      }),
    )
    .map(([sender, recipient, of, events]) =>
      events.map(([index, id, time]): TimelineEntry => {
        const name = of[index % of.length];
        const subject = lookUp(typePrefix + name)?.subject === 'recipient' ? recipient : sender;
        return { id, type: typePrefix + name, source, subject, time, receivedAt };
      }),
    );

  const shuffled = <T>(items: T[]) => fc.shuffledSubarray(items, { minLength: items.length });
  const shuffledHistory = history.chain((events) => fc.tuple(fc.constant(events), shuffled(events)));
  const repeated = history.chain((events) =>
    fc.tuple(
      fc.constant(events),
      fc
        .array(fc.tuple(fc.nat(Math.max(events.length - 1, 0)), fc.option(fc.uuid())), { maxLength: 10 })
        .chain((copies) =>
          shuffled([
            ...events,
            ...copies.flatMap(([index, id]) => {
              const event = events[index];
              return event ? [{ ...event, id: id ?? event.id }] : [];
            }),
          ]),
        ),
    ),
  );

  it('of the same events gives the same status', () => {
    fc.assert(
      fc.property(shuffledHistory, ([events, others]) => {
        expect(deriveStatus(others)).toEqual(deriveStatus(events));
      }),
      { numRuns: 500 },
    );
  });

  it('of the same facts, under the same id or another, gives the same facts and recipient', () => {
    fc.assert(
      fc.property(repeated, ([events, others]) => {
        const [a, b] = [deriveStatus(events), deriveStatus(others)];
        expect([b.facts, b.recipient, b.about]).toEqual([a.facts, a.recipient, a.about]);
      }),
      { numRuns: 500 },
    );
  });

  // tie is decided by the events' ids.
  it('of the same facts, under the same id or another, gives the same word', () => {
    const untold = fc.constantFrom<EventName>(
      'correspondencearchived',
      'correspondencereceiverreplied',
      'correspondencenotificationdelivered',
    );
    const tied = fc
      .array(fc.tuple(untold, fc.uuid()), { minLength: 2, maxLength: 5 })
      .map((events) => events.map(([name, id]) => entry(name, { id })));
    fc.assert(
      fc.property(tied, fc.uuid(), fc.nat(4), (events, id, index) => {
        const repeated = { ...(events[index % events.length] as TimelineEntry), id };
        expect(deriveStatus([...events, repeated]).word).toBe(deriveStatus(events).word);
      }),
      { numRuns: 1_000 },
    );
  });

  const ways = fc.constantFrom('push', 'pull', 'asked', 'oracle', undefined);
  const reception = fc.constantFrom(receivedAt, '2026-08-20T06:00:01.000Z');
  /** Anything by any way: what is forged says what it likes, under ids that others have too. */
  const mixed = fc.array(
    fc.record({
      id: fc.constantFrom('1', '2', '3'),
      type: fc
        .constantFrom<EventName>(
          'correspondencepublished',
          'correspondencereceiverread',
          'correspondencereceiverneverread',
          'attachmentpublished',
        )
        .chain((name) => fc.constantFrom(typePrefix + name, (typePrefix + name).toUpperCase())),
      source: fc.constant(source),
      subject: parties,
      resource: fc.constantFrom('urn:altinn:resource:a', 'urn:altinn:resource:b', undefined),
      time: fc.option(fc.oneof(moment, fc.constant('2026-06-01T00:00:00Z')), { nil: undefined }),
      receivedAt: reception,
      via: ways,
    }),
    { maxLength: 12 },
  );

  it('of the same receptions by any ways, with some of them again, gives the same status', () => {
    const again = mixed.chain((entries) =>
      fc.tuple(
        fc.constant(entries),
        fc.subarray(entries).chain((copies) => shuffled([...entries, ...copies])),
      ),
    );
    fc.assert(
      fc.property(again, ([entries, others]) => {
        expect(deriveStatus(others)).toEqual(deriveStatus(entries));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is not changed by weaker receptions of the same events, whatever they say', () => {
    const verified = history.map((events) => events.map((event) => ({ ...event, via: 'pull' })));
    const withWeaker = verified.chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc
          .array(fc.record({ of: fc.nat(), subject: parties, time: fc.option(moment, { nil: undefined }) }), {
            maxLength: 10,
          })
          .chain((lies) =>
            shuffled([
              ...events,
              ...lies.flatMap(({ of, ...lie }) => {
                const event = events[of % events.length];
                return event
                  ? [{ ...event, ...lie, via: 'push', receivedAt: '2026-08-20T05:00:00.000Z' }]
                  : [];
              }),
            ]),
          ),
      ),
    );
    fc.assert(
      fc.property(withWeaker, ([events, others]) => {
        expect(deriveStatus(others)).toEqual(deriveStatus(events));
      }),
      { numRuns: 500 },
    );
  });

  it('never lets a push move what is known of a verified fact', () => {
    const at = (entry: TimelineEntry, via: string) => ({ ...entry, via });
    const forgeries = fc
      .tuple(history, mixed, fc.constantFrom('pull', 'asked'))
      .chain(([events, lies, via]) => {
        const truth = events.map((event) => at(event, via));
        return fc.tuple(fc.constant(truth), shuffled([...truth, ...lies.map((lie) => at(lie, 'push'))]));
      });
    fc.assert(
      fc.property(forgeries, ([truth, all]) => {
        const [is, forged] = [deriveStatus(truth), deriveStatus(all)];
        expect(forged.facts).toMatchObject(is.facts);
        expect(forged.knownBy).toMatchObject(is.knownBy);
        if (is.recipient) expect(forged.recipient).toBe(is.recipient);
        if (is.timeline.some(({ type }) => lookUp(type))) expect(forged.about).toBe(is.about);
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives each fact the earliest time of the events that state it', () => {
    fc.assert(
      fc.property(history, (events) => {
        const { facts, timeline } = deriveStatus(events);
        for (const [fact, time] of Object.entries(facts)) {
          const stating = events.filter(({ type }) => lookUp(type)?.fact === fact);
          for (const event of stating)
            expect(compareTimes(time, (event.time && utc(event.time)) || receivedAt)).toBeLessThanOrEqual(0);
        }
        expect(timeline).toHaveLength(new Set(events.map(({ id, type }) => `${id} ${type}`)).size);
      }),
    );
  });

  it('holds for every fixture of a letter together', () => {
    const entries = [...seeds, ...letters].map((name) => entryOf(eventOf(name)));
    const status = deriveStatus(entries);
    fc.assert(
      fc.property(shuffled(entries), (others) => {
        expect(deriveStatus(others)).toEqual(status);
      }),
      { numRuns: 30 },
    );
  });
});
