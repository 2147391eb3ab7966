import type { TokenCredential } from '@azure/identity';
import { Command } from 'commander';
import { type Channel, NotDelivered } from '../../../shared/follow-ups/channels/channel.ts';
import { makeChannels } from '../../../shared/follow-ups/channels/make-channels.ts';
import { testStep } from '../../../shared/follow-ups/channels/test-step.ts';
import { fillLink } from '../../../shared/follow-ups/link.ts';
import type { Policy } from '../../../shared/follow-ups/policy/policy.ts';

import { messageOf } from '../../../shared/runtime/message-of.ts';
import { type Environment, Reading } from '../../../shared/settings/reading.ts';
import { readStorage } from '../../../shared/settings/storage.ts';
import { webhookOf } from '../../../shared/settings/webhook.ts';
import { logTo } from '../../../shared/signals/log.ts';
import { type Cli, type CommonOptions, perform, withCommonOptions } from '../cli.ts';
import { type ExitCode, exit, Failure } from '../exit.ts';

interface Options extends CommonOptions {
  readonly policy?: string;
}

/** How a command gets the policy that it is about. */
type PolicyHere = (file: string | undefined, environment: NodeJS.ProcessEnv) => { policy: Policy };

export function testCommand(policyHere: PolicyHere): Command {
  const command = new Command('test')
    .description('send a test message to a channel of the policy, by its settings in the environment')
    .argument('<channel>', 'its name in the policy')
    .option('--policy <file>', 'the policy (default: as the app takes it)');
  return withCommonOptions(command, 'policy test case-team').action((name: string, options: Options) =>
    perform(options, async (cli) => {
      const { policy } = policyHere(options.policy, cli.environment);
      return testChannel(name, policy, cli);
    }),
  );
}

/** Sends a message that is marked as a test, and says what became of it. */
export async function testChannel(
  name: string,
  policy: Pick<Policy, 'channels' | 'linkTemplate'>,
  { output, environment, user }: Pick<Cli, 'output' | 'environment' | 'user'>,
): Promise<ExitCode> {
  const channel = channelOf(name, policy, environment, user);
  const step = testStep(undefined, Date.now());
  const link = fillLink(policy.linkTemplate, step.data);
  const write = (line: string) => output.note(line);
  const log = logTo({ info: write, warn: write, error: write });
  try {
    const sent = { ...step, data: { ...step.data, ...(link && { link }) } };
    const answer = await channel.send(sent, log, AbortSignal.timeout(120_000));
    output.line(`${name} took the test${answer ? `: ${answer}` : ''}`);
    output.result({ channel: name, taken: true, answer, idempotencyKey: step.idempotencyKey });
    return exit.ok;
  } catch (error) {
    const certain = error instanceof NotDelivered;
    const said = certain ? 'did not take the test' : 'has perhaps taken the test';
    output.note(`${name} ${said}: ${messageOf(error)}`);
    output.result({ channel: name, taken: certain ? false : null, reason: messageOf(error) });
    return exit.failed;
  }
}

/** That channel alone: what is missing for another is no matter here. */
function channelOf(
  name: string,
  { channels }: Pick<Policy, 'channels'>,
  environment: Environment,
  user: TokenCredential,
): Channel {
  const declared = channels.get(name);
  const settings = Object.keys(environment);
  const hasStorage = settings.some((each) => /^(AzureWebJobsStorage|DATA_STORAGE)/i.test(each));
  const reading = new Reading(environment, ['webhook']);
  const webhook = name === 'webhook' ? webhookOf(reading) : undefined;
  if (name === 'webhook') reading.done();
  const made = makeChannels(new Map(declared ? [[name, declared]] : []), environment, {
    webhook,
    storage: hasStorage ? readStorage(environment) : undefined,
    user,
    reminders: { whyNot: 'a reminder goes to the recipient of a letter: there is none to test it on' },
  });
  const channel = made.get(name);
  if (!channel) {
    const names = [...new Set([...channels.keys(), ...made.keys()])].join(', ');
    throw new Failure(`The policy has no channel ${name}: there are ${names}`, exit.usage);
  }
  return channel;
}
