import type { Step, StepData } from './channel.ts';

/** The id of the letter that there is not: a message about it is a test. */
export const testLetter = '00000000-0000-0000-0000-000000000000';

/** Whether a step is a test, and about no letter. */
export const isTest = ({ correspondenceId }: StepData): boolean => correspondenceId === testLetter;

/**
 * A step that is a test.
 * @param link where the owner would work on the letter
 * @param now milliseconds since 1970; part of the idempotency key, so that each test is another
 */
export function testStep(link: string | undefined, now: number): Step {
  const timestamp = new Date(now).toISOString();
  return {
    type: 'follow-up.opened',
    idempotencyKey: `test-${testLetter}-${now}`,
    timestamp,
    data: {
      followUpId: `never-read-${testLetter}`,
      kind: 'never-read',
      about: 'correspondence',
      correspondenceId: testLetter,
      resource: 'urn:altinn:resource:test',
      sendersReference: 'TEST',
      recipient: undefined,
      since: timestamp,
      dueAt: timestamp,
      status: 'neverRead',
      round: 1,
      ...(link !== undefined && { link }),
    },
  };
}
