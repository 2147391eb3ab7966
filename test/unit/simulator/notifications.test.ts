import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attachmentDetails } from '../../../infra/simulator/correspondence/attachment.ts';
import type { Letter, LetterSpec } from '../../../infra/simulator/correspondence/letter.ts';
import { details, overview } from '../../../infra/simulator/correspondence/overview.ts';
import { Simulator } from '../../../infra/simulator/simulator.ts';

let simulator: Simulator;
beforeEach(() => {
  simulator = new Simulator({ timeScale: 0, seed: 1 });
});
afterEach(() => simulator.stop());

const create = (spec: LetterSpec) =>
  simulator.letters.get(simulator.createLetters(spec)[0] as string) as Letter;
const view = () => ({ now: simulator.clock.now(), asSender: false });
const shown = (letter: Letter) => ({
  orders: overview(letter, view()).notifications.map(({ notificationOrderId }) => typeof notificationOrderId),
  details: details(letter, view()).notifications.map(
    ({ isReminder, processingStatus }) => `${isReminder ? 'reminder' : 'main'} ${processingStatus.status}`,
  ),
});

describe('a notification', () => {
  it('is in the overview alone until its order is placed, and for good where that fails', async () => {
    const letter = create({ notification: 'delivered', publishInDays: 1 });
    expect(shown(letter)).toEqual({ orders: ['object'], details: [] });
    await simulator.advance({ days: 1 });
    expect(shown(letter)).toEqual({ orders: ['string'], details: ['main Order_Completed'] });
    expect(shown(create({ notification: 'creation-failed' }))).toEqual({ orders: ['object'], details: [] });
  });

  it('has no outcome where Altinn is never told one', async () => {
    const letter = create({ notification: 'no-answer' });
    await simulator.advance({ days: 20 });
    expect(shown(letter).details).toEqual(['main Order_Processing']);
  });

  it.each<[boolean, string]>([
    [false, 'reminder Order_Completed'],
    [true, 'reminder Order_SendConditionNotMet'],
  ])('has a reminder of its own, which is not sent to who has read: %s', async (isRead, said) => {
    const letter = create({ notification: 'delivered', reminderAfterDays: 7 });
    if (isRead) simulator.read(letter.id);
    expect(shown(letter).details[1]).toBe('reminder Order_Processing');
    await simulator.advance({ days: 8 });
    expect(shown(letter).details[1]).toBe(said);
  });
});

it('an attachment that fails the scan after its letter was published fails that too, and no event says so', async () => {
  const letter = create({ attachment: 'published', scanFailsAfterDays: 2 });
  const [id] = letter.attachments as [string];
  const statuses = () => attachmentDetails(letter, id, view().now).statusHistory.map(({ status }) => status);
  expect(statuses()).toEqual(['Initialized', 'UploadProcessing', 'Published']);
  await simulator.advance({ days: 3 });
  expect(statuses()).toEqual(['Initialized', 'UploadProcessing', 'Published', 'Failed']);
  expect(details(letter, view()).status).toBe('Failed');
  const names = simulator.log.all().map(({ name }) => name);
  expect(names).toContain('attachmentuploadfailed');
  expect(names).not.toContain('correspondencepublishfailed');
});
