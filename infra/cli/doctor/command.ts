import { Command } from 'commander';
import { type Cli, type CommonOptions, perform, trimmed, withCommonOptions } from '../cli.ts';
import { type ExitCode, exit } from '../exit.ts';
import { keyVaultOption } from '../key-vault.ts';
import { allowListIsPresent } from './allow-list.ts';
import {
  filtersCanMatch,
  resourceLetsUsSubscribe,
  subscriptionIsValidated,
  tokensCanBeHad,
} from './altinn.ts';
import { eventsArrive } from './arrivals.ts';
import { azureChecks } from './azure/checks.ts';
import { type Check, type Context, type Outcome, skipped } from './check.ts';
import { gather } from './context.ts';
import { endpointAnswers, wrongKeyIsRefused } from './endpoint.ts';
import { followUpsAreChecked } from './follow-ups.ts';
import { addressResolves, tlsIsTrusted } from './network.ts';
import { subunitsArePulled } from './subunits.ts';

interface Options extends CommonOptions {
  readonly endpoint?: string;
  readonly resource?: readonly string[];
  readonly receiver?: string;
  readonly keyVault?: string;
  readonly azure?: string;
  readonly subscription?: string;
}

/** From the outside in. */
const checks: readonly Check[] = [
  addressResolves,
  tlsIsTrusted,
  endpointAnswers,
  wrongKeyIsRefused,
  tokensCanBeHad,
  subscriptionIsValidated,
  filtersCanMatch,
  resourceLetsUsSubscribe,
  allowListIsPresent,
  subunitsArePulled,
  followUpsAreChecked,
  eventsArrive,
];

export function doctorCommand(): Command {
  const command = new Command('doctor').description(
    'check everything that must be right for events to arrive, from the outside in; sends the validation event, and asks Altinn to send it too',
  );
  return withCommonOptions(
    command,
    "doctor --env tt02 --resource my-letters --endpoint 'https://my-app.azurewebsites.net/api/events?code=…'",
  )
    .option(
      '--endpoint <url>',
      "the receiver's address with its key (default: that of the newest subscription)",
      trimmed,
    )
    .option('--resource <id>', 'a resource, repeatable (default: ALTINN_RESOURCES)', collect)
    .option('--receiver <url>', 'the function app with a host key (default: RECEIVER_URL, or the endpoint)')
    .option(keyVaultOption, 'take the keys from there, as the signed-in user, and the addresses unless given')
    .option('--azure <resource group>', 'ask Azure too, as the signed-in user')
    .option('--subscription <id>', "the resource group's (default: AZURE_SUBSCRIPTION_ID)")
    .action((options: Options) => perform(options, (cli) => examine(options, cli)));
}

async function examine(options: Options, cli: Cli): Promise<ExitCode> {
  const { output } = cli;
  output.progress('Asking Maskinporten and Altinn …');
  const context = await gather(options, cli);
  const outcomes = new Map<string, Outcome>();
  for (const check of options.azure === undefined ? checks : [...checks, ...azureChecks]) {
    output.progress(`Checking: ${check.name} …`);
    const outcome = await examineOne(check, context, outcomes);
    outcomes.set(check.name, outcome);
    output.line(`${outcome.result.padEnd(8)}${check.name}: ${outcome.detail}`);
    if (outcome.fix)
      output.line(`${' '.repeat(8)}${outcome.result === 'skipped' ? '' : 'fix: '}${outcome.fix}`);
  }
  const healthy = ![...outcomes.values()].some(({ result }) => result === 'fail');
  output.result({ ok: healthy, checks: [...outcomes].map(([name, outcome]) => ({ name, ...outcome })) });
  return healthy ? exit.ok : exit.failed;
}

async function examineOne(
  check: Check,
  context: Context,
  before: ReadonlyMap<string, Outcome>,
): Promise<Outcome> {
  const failed = check.needs?.find((name) => before.get(name)?.result === 'fail');
  return failed ? skipped(`because of: ${failed}`) : check.run(context);
}

const collect = (value: string, before: readonly string[] = []) => [...before, value];
