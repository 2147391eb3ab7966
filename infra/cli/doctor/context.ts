import { makeSubscriptions, type Subscription } from '../../../shared/altinn/api/subscriptions.ts';
import { resourceUrn } from '../../../shared/altinn/resource.ts';
import { readResources } from '../../../shared/settings/altinn.ts';
import { type Cli, explain } from '../cli.ts';
import { statusWithKey, webhookWithKey } from '../key-vault.ts';
import { type AzureOptions, findInstallation } from './azure/installation.ts';
import type { Attempt, Context } from './check.ts';

interface Options extends AzureOptions {
  readonly endpoint?: string;
  readonly resource?: readonly string[];
  readonly receiver?: string;
  readonly keyVault?: string;
}

/** Gathers what the checks look at. What cannot be had is kept as the reason why. */
export async function gather(options: Options, cli: Cli): Promise<Context> {
  const { environment } = cli;
  const resources = options.resource?.map(resourceUrn) ?? readResources(environment);
  const connection = await attempt(async () => cli.connect());
  const scopes = await attempt(async () => (await given(connection).tokens.current()).scopes);
  const subscriptions = await attempt(async () => {
    given(scopes);
    return makeSubscriptions(given(connection).platform).list();
  });
  const vault = options.keyVault;
  const webhook = vault === undefined ? options.endpoint : await webhookWithKey(vault, options.endpoint, cli);
  const endpoint = webhook ?? (subscriptions.ok ? newest(subscriptions.value, resources) : undefined);
  const address = options.receiver ?? cli.receiver;
  const receiver = (vault === undefined ? address : await statusWithKey(vault, address, cli)) ?? endpoint;
  const installation =
    options.azure === undefined ? undefined : await attempt(() => findInstallation(options, cli));
  return { cli, connection, scopes, subscriptions, endpoint, resources, receiver, installation };
}

function newest(subscriptions: readonly Subscription[], resources: readonly string[]): string | undefined {
  return subscriptions
    .filter(({ resourceFilter }) => resources.length === 0 || resources.includes(resourceFilter ?? ''))
    .reduce<Subscription | undefined>((last, one) => (last && last.id > one.id ? last : one), undefined)
    ?.endPoint;
}

async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, reason: explain(error) };
  }
}

function given<T>(attempt: Attempt<T>): T {
  if (attempt.ok) return attempt.value;
  throw new Error(attempt.reason);
}
