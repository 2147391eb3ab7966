import { isSameAddress, type Subscription } from '../../../shared/altinn/api/subscriptions.ts';
import type { Cli } from '../cli.ts';
import type { Installation } from './azure/installation.ts';

export interface Outcome {
  readonly result: 'ok' | 'warn' | 'fail' | 'skipped';
  readonly detail: string;
  readonly fix?: string;
}

/** What something gave, or why there is nothing. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/** What the checks look at: gathered before the first of them runs. */
export interface Context {
  readonly cli: Cli;
  readonly connection: Attempt<ReturnType<Cli['connect']>>;
  /** The scopes of the token. */
  readonly scopes: Attempt<readonly string[]>;
  /** All subscriptions of the organization. */
  readonly subscriptions: Attempt<readonly Subscription[]>;
  /** The receiver's address with its key: as given, or else that of the newest subscription that fits. */
  readonly endpoint: string | undefined;
  /** The resources whose events are wanted; none means any. */
  readonly resources: readonly string[];
  /** The function app with its key, for reading what it has tracked. */
  readonly receiver: string | undefined;
  /** The installation in Azure, where that is asked. */
  readonly installation: Attempt<Installation> | undefined;
}

export interface Check {
  readonly name: string;
  /** Checks without which this one says nothing: it is skipped when one of them failed. */
  readonly needs?: readonly string[];
  run(context: Context): Promise<Outcome>;
}

export const ok = (detail: string): Outcome => ({ result: 'ok', detail });
export const warn = (detail: string, fix: string): Outcome => ({ result: 'warn', detail, fix });
export const fail = (detail: string, fix: string): Outcome => ({ result: 'fail', detail, fix });
export const skipped = (detail: string, fix?: string): Outcome => ({
  result: 'skipped',
  detail,
  ...(fix && { fix }),
});

/** The subscriptions at the endpoint, for the wanted resources. */
export function ownSubscriptions({ subscriptions, endpoint, resources }: Context): readonly Subscription[] {
  if (!subscriptions.ok || endpoint === undefined) return [];
  return subscriptions.value.filter(
    ({ endPoint, resourceFilter }) =>
      isSameAddress(endPoint, endpoint) &&
      (resources.length === 0 || resources.includes(resourceFilter ?? '')),
  );
}
