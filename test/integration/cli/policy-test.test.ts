import { afterEach, expect, it, vi } from 'vitest';
import { Output } from '../../../infra/cli/output.ts';
import { testChannel } from '../../../infra/cli/policy/test.ts';
import { testLetter } from '../../../shared/follow-ups/channels/test-step.ts';
import { receiver } from '../../support/channels.ts';

const channels = new Map([
  ['case-team', { name: 'case-team', type: 'teams', options: { language: 'nn' } }],
  ['ops', { name: 'ops', type: 'slack', options: {} }],
]);
const user = { getToken: async () => null };

afterEach(() => void vi.restoreAllMocks());

/** Tests a channel, with what it prints. */
async function tested(name: string, environment: Readonly<Record<string, string>>) {
  const printed: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  }
  const policy = { channels, linkTemplate: 'https://sak.example.no/{correspondenceId}' };
  const code = await testChannel(name, policy, { output: new Output(false), environment, user });
  vi.restoreAllMocks();
  return { code, printed: printed.join('') };
}

it('sends a message that says that it is a test, and prints what was answered', async () => {
  const { received, url } = await receiver((response) => response.writeHead(202).end());
  // What is missing for the policy's other channel is no matter.
  const { code, printed } = await tested('case-team', { CHANNEL_CASE_TEAM_URL: url });
  expect({ code, printed }).toEqual({ code: 0, printed: 'case-team took the test: 202\n' });
  expect(received).toHaveLength(1);
  expect(received[0]?.body).toContain('Dette er ein test.');
  expect(received[0]?.body).toContain(`https://sak.example.no/${testLetter}`);
});

it('prints why it was not taken, and no address', async () => {
  const { url } = await receiver((response) => response.writeHead(404).end());
  const { code, printed } = await tested('case-team', { CHANNEL_CASE_TEAM_URL: url });
  expect(code).toBe(1);
  expect(printed).toBe('case-team did not take the test: CHANNEL_CASE_TEAM_URL answered 404\n');
});

it('says that it does not know, where it does not', async () => {
  const { url } = await receiver((response) => response.writeHead(500).end());
  const { printed } = await tested('case-team', { CHANNEL_CASE_TEAM_URL: url });
  expect(printed).toMatch(/^case-team has perhaps taken the test: /);
});

it('tests what is built in', async () => {
  const { code, printed } = await tested('log', {});
  expect(code).toBe(0);
  expect(printed).toContain('channel.logged');
});

it('names what there is, and what is missing', async () => {
  await expect(tested('case-taem', {})).rejects.toThrow(
    /no channel case-taem: there are case-team, ops, log$/,
  );
  await expect(tested('ops', {})).rejects.toThrow(/^CHANNEL_OPS_URL is missing/);
  await expect(tested('webhook', {})).rejects.toThrow(/no channel webhook/);
});
