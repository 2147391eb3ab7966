import { Command } from 'commander';
import {
  isSameAddress,
  makeSubscriptions,
  requestOf,
  type Subscription,
  type Subscriptions,
} from '../../../shared/altinn/api/subscriptions.ts';
import { type Cli, type CommonOptions, perform, trimmed, withCommonOptions } from '../cli.ts';
import { type ExitCode, exit, Failure } from '../exit.ts';
import { keyVaultOption } from '../key-vault.ts';
import { clock, waitAndTell } from '../timing.ts';
import { refuseUnfit } from './check.ts';
import { endpointOf } from './endpoint.ts';
import { parseNumber } from './id.ts';
import { oneLine, shown } from './show.ts';
import { waitForValidation } from './validation.ts';

interface Options extends CommonOptions {
  readonly from: number;
  readonly endpoint?: string;
  readonly keyVault?: string;
  readonly wait?: boolean;
}

export function rotateCommand(): Command {
  const command = new Command('rotate').description(
    'put a new key in place of an old one without losing an event: a new subscription first, the old one deleted an hour later',
  );
  return withCommonOptions(
    command,
    "subscription rotate --env tt02 --from 1234 --endpoint 'https://my-app.azurewebsites.net/api/events?code=<new key>'",
  )
    .requiredOption('--from <id>', 'the subscription with the old key', parseNumber)
    .option('--endpoint <url>', 'the address with the new key', trimmed)
    .option(keyVaultOption, 'take the new key from there, and the address unless it is given')
    .option('--wait', 'stay for the hour and delete the old one then')
    .action((options: Options) => perform(options, (cli) => rotate(options, cli)));
}

async function rotate(options: Options, cli: Cli): Promise<ExitCode> {
  const { output, timing } = cli;
  const { platform } = cli.connect();
  const subscriptions = makeSubscriptions(platform);
  const endPoint = await endpointOf(options, cli);
  const old = await subscriptions.get(options.from);
  if (isSameAddress(old.endPoint, endPoint)) {
    throw new Failure(
      `The address and key are those of subscription ${old.id} already: give the address with the new key`,
    );
  }
  const request = { ...requestOf(old), endPoint };
  refuseUnfit([request], platform.environment.platform);

  const made = await subscriptions.create(request);
  if (made.id === old.id) {
    throw new Failure(
      `Altinn takes that for the address of subscription ${old.id}, made nothing new, and nothing is deleted: give an address with another key`,
    );
  }
  output.note(`Subscription ${made.id} is made; ${old.id} stays, and both keys must be good for now.`);
  const [current = made] = await waitForValidation([made], subscriptions, cli);
  const command = `npm run altinn -- subscription delete ${old.id} --env ${platform.environment.name}`;
  const deleteAfter = new Date(Date.now() + timing.cache).toISOString();
  if (!current.validated) {
    output.result({ validated: false, subscription: shown(current), old: old.id, deleted: false });
    output.line(oneLine(shown(current)));
    output.note(
      `Altinn has not validated ${current.id}: keep ${old.id} and its key. Find out why with \`doctor --endpoint …\`, then run the same command again.`,
    );
    return exit.notValidated;
  }
  output.note(`Delete ${old.id} after ${deleteAfter}, and take its key away an hour after that: ${command}`);
  if (options.wait) await deleteLater(old, current, subscriptions, cli);
  output.result({
    validated: true,
    subscription: shown(current),
    old: old.id,
    deleted: options.wait ?? false,
    ...(!options.wait && { deleteAfter, deleteCommand: command }),
  });
  output.line(oneLine(shown(current)));
  output.line(options.wait ? `Subscription ${old.id} is deleted.` : command);
  return exit.ok;
}

/** Altinn's pods learn of the new subscription within the hour; until then some of them know the old one alone. */
async function deleteLater(
  old: Subscription,
  current: Subscription,
  subscriptions: Subscriptions,
  { output, timing }: Cli,
): Promise<void> {
  await waitAndTell(timing.cache, timing, (passed) =>
    output.progress(
      `Waiting until all of Altinn knows ${current.id} before ${old.id} is deleted (${clock(passed)} of ${clock(timing.cache)})`,
    ),
  );
  await subscriptions.get(current.id);
  await subscriptions.delete(old.id);
}
