import { Command, Option } from 'commander';
import {
  isEqual,
  makeSubscriptions,
  type Subscription,
  type SubscriptionRequest,
  type Subscriptions,
} from '../../../shared/altinn/api/subscriptions.ts';
import { resourceUrn } from '../../../shared/altinn/resource.ts';
import { type Cli, type CommonOptions, perform, trimmed, withCommonOptions } from '../cli.ts';
import { type ExitCode, exit } from '../exit.ts';
import { keyVaultOption } from '../key-vault.ts';
import { refuseUnfit } from './check.ts';
import { endpointOf } from './endpoint.ts';
import { oneLine, shown } from './show.ts';
import { waitForValidation } from './validation.ts';

interface Options extends CommonOptions {
  readonly resource: string;
  readonly endpoint?: string;
  readonly keyVault?: string;
  readonly recipient?: string;
  readonly type?: readonly string[];
  readonly includeSubunits?: boolean;
  readonly sourceFilter?: string;
  readonly alternativeSubjectFilter?: string;
}

export function ensureCommand(): Command {
  const command = new Command('ensure').description(
    'subscribe, unless that was done, and wait until Altinn has validated the endpoint',
  );
  return withCommonOptions(
    command,
    "subscription ensure --env tt02 --resource my-letters --endpoint 'https://my-app.azurewebsites.net/api/events?code=…'",
  )
    .requiredOption('--resource <id>', "the resource's id, with or without urn:altinn:resource:")
    .option('--endpoint <url>', "the receiver's address with its key", trimmed)
    .option(
      keyVaultOption,
      'take the key from there, as the signed-in user, and the address unless it is given',
    )
    .option('--recipient <org no>', 'for a recipient: your organization number')
    .option('--type <event type>', 'one type, repeatable; none means all', collect)
    .option('--include-subunits', "for a recipient: its subunits' letters too")
    .addOption(new Option('--source-filter <filter>').hideHelp())
    .addOption(new Option('--alternative-subject-filter <filter>').hideHelp())
    .action((options: Options) => perform(options, (cli) => ensure(options, cli)));
}

async function ensure(options: Options, cli: Cli): Promise<ExitCode> {
  const { platform } = cli.connect();
  const requests = requestsOf(options, await endpointOf(options, cli));
  refuseUnfit(requests, platform.environment.platform);
  const subscriptions = makeSubscriptions(platform);

  const existing = await subscriptions.list();
  const before: Subscription[] = [];
  for (const request of requests) {
    before.push(await findOrMake(request, existing, subscriptions, cli));
  }
  const after = await waitForValidation(before, subscriptions, cli);

  const validated = after.every((subscription) => subscription.validated);
  cli.output.result({ validated, subscriptions: after.map((subscription) => shown(subscription)) });
  for (const subscription of after) cli.output.line(oneLine(shown(subscription)));
  cli.output.note(validated ? firstHour : missed);
  return validated ? exit.ok : exit.notValidated;
}

async function findOrMake(
  request: SubscriptionRequest,
  existing: readonly Subscription[],
  { create }: Pick<Subscriptions, 'create'>,
  { output }: Cli,
): Promise<Subscription> {
  const equal = existing.find((subscription) => isEqual(request, subscription));
  if (equal?.validated) {
    output.note(`Subscription ${equal.id} exists and is validated.`);
    return equal;
  }
  const made = await create(request);
  output.note(
    equal
      ? `Subscription ${made.id} exists and its validation was missed: the same request was sent again.`
      : `Subscription ${made.id} is made.`,
  );
  return made;
}

function requestsOf(options: Options, endpoint: string): SubscriptionRequest[] {
  const { resource, recipient, includeSubunits, sourceFilter, alternativeSubjectFilter } = options;
  const request: SubscriptionRequest = {
    endPoint: endpoint,
    resourceFilter: resource && resourceUrn(resource),
    ...(recipient !== undefined && {
      subjectFilter: recipient && `urn:altinn:organization:identifier-no:${recipient}`,
    }),
    ...(includeSubunits && { includeSubunits }),
    ...(sourceFilter !== undefined && { sourceFilter }),
    ...(alternativeSubjectFilter !== undefined && { alternativeSubjectFilter }),
  };
  if (!options.type) return [request];
  return [...new Set(options.type)].map((typeFilter) => ({ ...request, typeFilter }));
}

const collect = (value: string, before: readonly string[] = []) => [...before, value];

const firstHour =
  'In the first hour Altinn may not push every event: it remembers for an hour which subscriptions there are and who may have what. ' +
  'What was missed can be pulled. Check the whole with `doctor`.';
const missed =
  'Altinn has not validated the subscription, and pushes nothing until it has. Find out why with `doctor --endpoint …`, then run the same command again: it makes Altinn try again.';
