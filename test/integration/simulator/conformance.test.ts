import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LetterSpec } from '../../../infra/simulator/correspondence/letter.ts';
import { type Recording, recordedLines, wordingOf } from '../../support/recorded.ts';
import {
  type Api,
  altinnToken,
  apiOf,
  makeClient,
  ownerScopes,
  startTestAltinn,
  systemUser,
} from '../../support/simulator.ts';

// What Altinn Correspondence answered is asked of the simulator again, call by call at the time of the recording, with
// the same letters. Status, content type, wording and shape must be the same; ids, times and chosen texts may differ.

/** The recordings that are not replayed. */
const outside: readonly [what: RegExp, why: string][] = [
  [
    /attachment-(init|overview|upload)|(005|X)-attachment-details|-upload$/,
    'the simulator makes attachments with their letters, and only shows their details',
  ],
  [/-init(-|$)/, 'letters are made by the simulator’s own API, and so were these'],
  [/scan-malicious/, 'a webhook of Azure’s malware scanner'],
  [
    /person-|list-person/,
    'a person logged in by ID-porten; what the person did is done by the simulator’s API',
  ],
  [/^10[345]-X-/, 'the job that marks what has expired had not run; recordings 324 to 326 are from after it'],
];

const owner = '313154599';
const recipient = '310244007';
const day = 24 * 3600 * 1000;
const seconds = (count: number) => count / 86_400;

/** What the request that made a letter does not say of it. */
const specs: Record<string, LetterSpec> = {
  '080-H-init': { notification: 'delivered' },
  '090-H-init-failed': { notification: 'all-failed' },
  '092-H-init-mixed': { notification: 'failed' },
  '099-X-init': { attachmentExpiresInDays: seconds(12) },
  '125-K-init': { attachment: 'published', scanFailsAfterDays: seconds(2), attachmentExpiresInDays: 30 },
  '301-H-init': { notification: 'delivered' },
  '311-H-init-failed': { notification: 'all-failed' },
  '313-H-init-mixed': { notification: 'failed' },
  '320-X-init': { publishInDays: seconds(8), attachmentExpiresInDays: seconds(12) },
};

const recordings = recordedLines('correspondence.jsonl');
const replayed = recordings.filter(({ name }) => !outside.some(([what]) => what.test(name)));

let altinn: Awaited<ReturnType<typeof startTestAltinn>>;
const apis = new Map<string, Api>();
/** The attachments of the simulator, by the recorded id. */
const attachments = new Map<string, string>();

beforeAll(async () => {
  const resources = Object.fromEntries(
    ['made-up-letters', 'made-up-forward', 'another-made-up'].map((id) => [id, owner]),
  );
  altinn = await startTestAltinn({ resources, startTime: new Date('2026-11-21T15:41:00Z') });
  const register = async (clientId: string, organization: string) => {
    const { privateKey, ...registration } = await makeClient({ clientId, organization });
    altinn.simulator.clients.register(registration);
    return { ...registration, privateKey };
  };
  const [ours, another] = [await register('ours', owner), await register('another', '310999999')];
  const [read, write] = ['altinn:correspondence.read', 'altinn:correspondence.write'];
  const as = async (name: string, client = ours, scope = ownerScopes, claims = {}) =>
    apis.set(name, apiOf(altinn, await altinnToken(altinn, client, scope, claims)));
  await as('owner');
  await as('owner-rw', ours, `${ownerScopes} ${read}`);
  await as('owner-read', ours, `altinn:serviceowner ${read}`);
  await as('plain-sender', ours, write);
  await as('recipient', another, read, systemUser(recipient));
  await as('stranger', another, read, systemUser('310888888'));
  await as('stranger-write', another, write);
  await as('noscope', another, 'altinn:events.subscribe');
  apis.set('none', apiOf(altinn));
});
afterAll(() => altinn.stop());

/** Makes the letter that a recorded request made, with the id that it got. */
function makeLetter({ name, request, body }: Recording): void {
  const { correspondence, recipients, existingAttachments } = request as unknown as {
    correspondence: Record<string, string> & { isConfirmationNeeded: boolean };
    recipients: [string];
    existingAttachments: string[];
  };
  const made = JSON.parse(body) as {
    correspondences: [{ correspondenceId: string }];
    attachmentIds: string[];
  };
  const { requestedPublishTime, dueDateTime } = correspondence;
  const inDays = (time: string) => Math.max(0, Date.parse(time) - altinn.simulator.clock.now()) / day;
  const [{ correspondenceId }] = made.correspondences;
  altinn.simulator.createLetters({
    correspondenceId,
    resource: correspondence.resourceId,
    recipient: recipients[0].split(':').at(-1),
    sendersReference: correspondence.sendersReference,
    confirmationNeeded: correspondence.isConfirmationNeeded,
    ...(requestedPublishTime && { publishInDays: inDays(requestedPublishTime) }),
    ...(dueDateTime && { dueInDays: inDays(dueDateTime) }),
    ...(existingAttachments.length > 0 && { attachment: 'published' }),
    ...specs[name],
  });
  const own = altinn.simulator.letters.get(correspondenceId)?.attachments ?? [];
  for (const [index, id] of made.attachmentIds.entries()) attachments.set(id, own[index] as string);
}

/** What happened beside the recorded calls of the service owner and of the recipient. */
async function happen({ name, call }: Recording): Promise<void> {
  const { simulator } = altinn;
  const id = call.split('/')[2] as string;
  if (name.endsWith('person-content')) simulator.read(id);
  if (name.endsWith('person-forward')) simulator.forward(id);
  if (name.endsWith('person-purge')) simulator.purge(id);
  if (name === '900-publish-failed')
    simulator.createLetters({
      correspondenceId: id,
      resource: 'made-up-letters',
      recipient: '310654302',
      publishFails: true,
      dueInDays: 33,
    });
  if (name !== '133-L-details') return;
  const api = apis.get('recipient') as Api;
  const sixTimes = async (method: string, act: string) => {
    const path = `/correspondence/api/v1/correspondence/${id}/${act}`;
    const answers = await Promise.all(Array.from({ length: 6 }, () => api(method, path)));
    return answers.filter(({ status }) => status === 200).length;
  };
  expect(await sixTimes('POST', 'markasread')).toBeGreaterThan(0);
  expect(await sixTimes('POST', 'confirm')).toBe(6);
  await simulator.advance({ seconds: 8 });
  expect(await sixTimes('DELETE', 'purge')).toBeGreaterThan(0);
}

async function ask({ as, call }: Recording) {
  const [method = '', path = ''] = call.split(' ');
  const mapped = path.replace(
    /attachment\/([\da-f-]+)/,
    (_, id) => `attachment/${attachments.get(id) ?? id}`,
  );
  const answer = await (apis.get(as) as Api)(method, `/correspondence/api/v1${mapped}`);
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
}

/** How often several at the same time got through is a matter of luck. */
function withoutRepeats(body: string, name: string): string {
  if (name !== '133-L-details') return body;
  const { statusHistory, ...others } = JSON.parse(body) as { statusHistory: { status: string }[] };
  const kept = statusHistory.filter(({ status }, index) => statusHistory[index - 1]?.status !== status);
  return JSON.stringify({ statusHistory: kept, ...others });
}

describe('a letter, call by call', () => {
  it('is replayed but for what is outside, and each exception is one', () => {
    expect(replayed.length).toBeGreaterThan(180);
    for (const [what] of outside) expect(recordings.some(({ name }) => what.test(name))).toBe(true);
  });

  it.each(recordings.map((recording) => [recording.name, recording] as const))(
    '%s',
    async (name, recording) => {
      const { simulator } = altinn;
      const wait = Date.parse(recording.at) - simulator.clock.now();
      if (wait > 0) await simulator.advance({ seconds: wait / 1000 });
      if (recording.call === 'POST /correspondence' && recording.status === 200) makeLetter(recording);
      await happen(recording);
      if (!replayed.includes(recording)) return;
      const { status, type, body } = await ask(recording);
      expect({ status, type, wording: wordingOf(withoutRepeats(body, name), type) }).toEqual({
        status: recording.status,
        type: recording.type,
        wording: wordingOf(withoutRepeats(recording.body, name), recording.type),
      });
    },
  );
});
