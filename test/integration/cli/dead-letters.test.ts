import { QueueClient } from '@azure/storage-queue';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { sampleEvent } from '../../../infra/dev/sample-event.ts';
import { DeadLetters } from '../../../shared/queue/dead-letters.ts';
import { connectStorage } from '../../../shared/storage/connect.ts';
import { eventMessage } from '../../../shared/tracking/event-message.ts';
import { cli } from '../../support/altinn/cli.ts';
import { deadLetterRows } from '../../support/dead-letter-rows.ts';

const connectionString = inject('storage').deadletters as string;
const settings = { AzureWebJobsStorage: connectionString };
const { tables } = connectStorage({ connectionString });
const queue = new QueueClient(connectionString, 'correspondence-events');
const person = 'urn:altinn:person:identifier-no:17890112345';

const enqueuedAt = '2026-08-20T06:00:00.000Z';
const event = sampleEvent('correspondencepublished', { subject: person });
const theirs = {
  ...eventMessage(event, { via: 'push', enqueuedAt }),
  attempt: 1_000,
  redrives: 3,
  more: 'kept',
};
const tomorrows = { schemaVersion: 2, attempt: 1_000, shape: 'another' };

const deadLetter = (message: unknown, reason: string, at: string, of = 'correspondence-events') =>
  new DeadLetters(tables.deadLetters, () => new Date(at)).add(of, message, reason);

beforeEach(async () => {
  for (const row of await deadLetterRows(connectionString)) {
    await tables.deadLetters.remove(row.partitionKey, row.rowKey);
  }
  await queue.createIfNotExists();
  await queue.clearMessages();
  await deadLetter(theirs, 'resource is not one of ALTINN_RESOURCES', '2026-08-20T07:00:00Z');
  await deadLetter(
    'not JSON 17890112345',
    'not a message of this queue: it is wrong',
    '2026-08-20T08:00:00Z',
  );
  await deadLetter(tomorrows, 'schemaVersion 2 is newer', '2026-08-20T06:30:00Z', 'follow-ups');
});

const run = (...args: string[]) => cli(['dead-letters', ...args], settings);
const idOf = async (text: string) => {
  const { deadLetters } = JSON.parse((await run('list', '--json')).stdout);
  return deadLetters.find(({ reason }: { reason: string }) => reason.includes(text)).id as string;
};
const queued = async () =>
  (await queue.receiveMessages({ numberOfMessages: 32 })).receivedMessageItems.map(({ messageText }) =>
    JSON.parse(Buffer.from(messageText, 'base64').toString()),
  );

describe('dead-letters list', () => {
  it('shows each on a line, oldest first, with its queue and reason', async () => {
    const { code, stdout } = await run('list');
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(
        /^[\da-f]{8}-[\da-f]{4} {2}2026-08-20T06:30:00.000Z {2}follow-ups {2}schemaVersion 2 is newer/,
      ),
      expect.stringMatching(
        /^[\da-f]{8}-[\da-f]{4} {2}2026-08-20T07:00:00.000Z {2}correspondence-events {2}resource is/,
      ),
      expect.stringMatching(
        /^[\da-f]{8}-[\da-f]{4} {2}2026-08-20T08:00:00.000Z {2}correspondence-events {2}not a message/,
      ),
    ]);
  });

  it('shows those of one queue alone, and says so where there are none', async () => {
    expect((await run('list', '--queue', 'follow-ups')).stdout.trim().split('\n')).toHaveLength(1);
    expect((await run('list', '--queue', 'reactions')).stdout).toBe('There are no dead letters.\n');
    expect((await run('list', '--queue', 'letters')).code).toBe(2);
  });

  it('says which setting it needs', async () => {
    const { code, stderr } = await cli(['dead-letters', 'list'], {});
    expect([code, stderr]).toEqual([2, expect.stringContaining('AzureWebJobsStorage is missing')]);
  });
});

describe('dead-letters show', () => {
  it('shows the message whole, with persons redacted', async () => {
    const id = await idOf('ALTINN_RESOURCES');
    for (const { stdout } of [await run('show', id.slice(0, 8)), await run('show', id, '--json')]) {
      expect(stdout).toContain(event.id);
      expect(stdout).toContain('resource is not one of ALTINN_RESOURCES');
      expect(stdout).toContain('urn:altinn:person:identifier-no:***');
      expect(stdout).not.toContain('17890112345');
    }
    expect((await run('show', (await idOf('not a message')).slice(0, 12))).stdout).toMatch(/not JSON \*\*\*/);
  });

  it('says that there is none of that id, and that several begin so', async () => {
    expect(await run('show', 'ffffffff')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no dead letter'),
    });
    expect(await run('show', '')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('3 dead letters begin'),
    });
  });
});

describe('dead-letters redrive', () => {
  it('puts a message on its queue for its first try and redrive, under a new id, all else kept, and forgets the dead letter', async () => {
    const { code, stdout } = await run('redrive', await idOf('ALTINN_RESOURCES'));
    expect([code, stdout]).toEqual([0, expect.stringMatching(/correspondence-events {2}redriven/)]);
    const [message, ...others] = await queued();
    const { redrives: _, ...rest } = theirs;
    expect(others).toEqual([]);
    expect(message).toEqual(
      JSON.parse(JSON.stringify({ ...rest, attempt: 1, messageId: message.messageId })),
    );
    expect(message.messageId).not.toBe(theirs.messageId);
    expect(await deadLetterRows(connectionString)).toHaveLength(2);
  });

  it('takes those of a reason, of a newer version too', async () => {
    const { stdout } = await run('redrive', '--reason', 'newer', '--json');
    expect(JSON.parse(stdout).deadLetters).toMatchObject([{ outcome: 'redriven', queue: 'follow-ups' }]);
    const { receivedMessageItems } = await new QueueClient(connectionString, 'follow-ups').receiveMessages();
    const text = Buffer.from(receivedMessageItems[0]?.messageText ?? '', 'base64').toString();
    expect(JSON.parse(text)).toMatchObject({ schemaVersion: 2, attempt: 1, shape: 'another' });
  });

  it('changes nothing with --dry-run', async () => {
    const { code, stdout } = await run('redrive', '--reason', 'ALTINN_RESOURCES', '--dry-run');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/correspondence-events {2}would be redriven/)]);
    expect(await queued()).toEqual([]);
    expect(await deadLetterRows(connectionString)).toHaveLength(3);
  });

  it('skips what is no message, keeps it, and says so', async () => {
    const { code, stdout } = await run('redrive', '--all');
    expect([code, stdout]).toEqual([1, expect.stringMatching(/skipped: no message of ours/)]);
    expect(await deadLetterRows(connectionString)).toHaveLength(1);
  });

  it.each<[string[], number, RegExp]>([
    [[], 2, /Say which/],
    [['abc', '--all'], 2, /Say which/],
    [['--reason', 'no such reason'], 1, /no such dead letter/],
  ])('%j ends with %i and says why', async (args, wanted, error) => {
    const { code, stderr } = await run('redrive', ...args);
    expect(code).toBe(wanted);
    expect(stderr).toMatch(error);
  });
});
