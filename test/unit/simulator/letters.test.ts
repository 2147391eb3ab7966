import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LetterSpec } from '../../../infra/simulator/correspondence/letter.ts';
import { Simulator } from '../../../infra/simulator/simulator.ts';

let simulator: Simulator;
beforeEach(() => {
  simulator = new Simulator({ timeScale: 0, seed: 1 });
});
afterEach(() => simulator.stop());

const create = (spec: LetterSpec) => simulator.createLetters(spec)[0] as string;
const names = () => simulator.log.all().map(({ name }) => name.replace('correspondence', ''));

describe('the due date', () => {
  it.each<[string, LetterSpec, (id: string) => void, string[]]>([
    ['unread', {}, () => {}, ['receiverneverread']],
    ['read', {}, (id) => simulator.read(id), ['receiverread']],
    [
      'fetched',
      {},
      (id) => simulator.letters.fetch(simulator.letters.get(id) as never),
      ['receiverneverread'],
    ],
    ['unconfirmed', { confirmationNeeded: true }, () => {}, ['receiverneverread', 'receiverneverconfirmed']],
    [
      'read and not confirmed',
      { confirmationNeeded: true },
      (id) => simulator.read(id),
      ['receiverread', 'receiverneverconfirmed'],
    ],
    [
      'confirmed unread',
      { confirmationNeeded: true },
      (id) => simulator.confirm(id),
      ['receiverconfirmed', 'receiverneverread'],
    ],
    ['purged unread', {}, (id) => simulator.purge(id), ['purged', 'receiverneverread']],
    ['without a due date', { dueInDays: undefined } as LetterSpec, () => {}, []],
    ['not published by then', { publishInDays: 8 }, () => {}, ['published']],
    ['failed to publish', { publishFails: true }, () => {}, []],
    ['failed by its attachment', { attachment: 'scan-failed' }, () => {}, []],
  ])('of a letter that was %s', async (_, spec, before, expected) => {
    const id = create({ dueInDays: 7, ...spec });
    await simulator.advance({ days: 6 });
    const known = names().length;
    before(id);
    await simulator.advance({ days: 60 });
    expect(names().slice(known)).toEqual(expected);
  });

  it('fires once, at the due date, for the recipient; reading can follow', async () => {
    const begun = simulator.clock.now();
    const id = create({ dueInDays: 7, recipient: '310000001' });
    await simulator.advance({ days: 8 });
    simulator.read(id);
    await simulator.advance({ days: 60 });
    expect(names()).toEqual(['initialized', 'published', 'receiverneverread', 'receiverread']);
    const never = simulator.log.all()[2]?.event;
    expect(Math.floor(Date.parse(never?.time ?? '') - begun)).toBe(7 * 24 * 3600 * 1000);
    expect(never?.subject).toBe('urn:altinn:organization:identifier-no:310000001');
    expect(simulator.truth(id)).toMatchObject([{ status: 'Read', facts: { neverRead: expect.any(String) } }]);
  });
});

describe('a notification', () => {
  it.each<[NonNullable<LetterSpec['notification']>, string[]]>([
    ['none', []],
    ['delivered', ['notificationcreated', 'notificationdelivered']],
    ['failed', ['notificationcreated', 'notificationfailed', 'notificationdelivered']],
    ['all-failed', ['notificationcreated', 'notificationallfailed']],
    ['creation-failed', ['notificationcreationfailed']],
    ['no-answer', ['notificationcreated']],
  ])('that goes %s', async (notification, expected) => {
    create({ notification });
    await simulator.advance({ days: 30 });
    expect(names().slice(2)).toEqual(expected);
  });

  it('is named by the order’s id; all else by the letter’s', async () => {
    const id = create({ notification: 'delivered' });
    await simulator.advance({ hours: 1 });
    const events = simulator.log.all().map(({ event }) => event);
    const [order] = simulator.truth(id)[0]?.notificationOrders ?? [];
    expect(order).toEqual({
      id: events[2]?.resourceinstance,
      facts: { notificationCreated: events[2]?.time },
      untold: [],
    });
    expect(events.map(({ source }) => source.split('/').at(-1))).toEqual([
      'correspondence',
      'correspondence',
      'notification',
      'correspondence',
    ]);
    expect(events[3]?.resourceinstance).toBe(id);
  });

  it('is repeated by a reminder to who has not read', async () => {
    const [first, second] = [1, 2].map(() => create({ notification: 'delivered', reminderAfterDays: 7 }));
    simulator.read(second as string);
    await simulator.advance({ days: 8 });
    const reminded = simulator.log.all().filter(({ name }) => name.includes('reminder'));
    expect(reminded.map(({ correspondenceId }) => correspondenceId)).toEqual([first]);
  });
});

it('is reminded of in vain after a notification was delivered: all-failed is about the reminder alone', async () => {
  create({ notification: 'delivered', reminderAfterDays: 7, reminder: 'failed' });
  await simulator.advance({ days: 8 });
  expect(names().slice(2)).toEqual(['notificationcreated', 'notificationdelivered', 'notificationallfailed']);
});

it('has a dialog, whose life Dialogporten publishes on the same resource when that is turned on', async () => {
  const [silent] = simulator.createLetters();
  simulator.turn({ dialogporten: 'on' });
  const id = create({ recipient: '01899998765', confirmationNeeded: true });
  simulator.read(id);
  simulator.confirm(id);
  simulator.purge(id);
  const all = simulator.log.all().filter(({ event }) => event.type.startsWith('dialogporten.'));
  expect(all.map(({ name }) => name)).toEqual([
    'dialog.created',
    'dialog.transmission.created',
    'dialog.updated',
    'dialog.seen',
    'dialog.activity.correspondence-opened',
    'dialog.seen',
    'dialog.activity.correspondence-confirmed',
    'dialog.deleted',
  ]);
  expect(new Set(all.map(({ event }) => event.id)).size).toBe(all.length);
  const dialog = simulator.letters.get(id)?.dialogId;
  expect(dialog).not.toBe(id);
  for (const { event } of all)
    expect(event).toMatchObject({
      type: expect.stringMatching(/^dialogporten\.dialog\.[a-z.-]+\.v1$/),
      resource: 'urn:altinn:resource:altinn-local-letters',
      resourceinstance: dialog,
      subject: 'urn:altinn:person:identifier-no:01899998765',
    });
  expect(Object.keys(simulator.truth(id)[0]?.facts ?? {})).not.toContain('dialog.created');
  expect(simulator.truth(silent)).toHaveLength(1);
});

it('names an attachment’s events by its id', () => {
  const id = create({ attachment: 'scan-failed' });
  expect(names()).toEqual(['initialized', 'attachmentinitialized', 'attachmentuploadfailed']);
  expect(simulator.truth(id)[0]).toMatchObject({
    status: 'Failed',
    attachments: [{ facts: { initialized: expect.any(String), uploadFailed: expect.any(String) } }],
  });
});

it('publishes when it is time, or fails to', async () => {
  create({ publishInDays: 1 });
  create({ publishInDays: 2, publishFails: true });
  await simulator.advance({ days: 3 });
  expect(names()).toEqual(['initialized', 'initialized', 'published', 'publishfailed']);
});

it('refuses to act on what the recipient does not have', () => {
  const id = create({ publishInDays: 1 });
  expect([simulator.read(id), simulator.confirm(id), simulator.purge(id), simulator.read('none')]).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(() => create({ resource: 'unknown' })).toThrow('There is no resource unknown');
  expect(() => create({ correspondenceId: id })).toThrow(/already/);
});
