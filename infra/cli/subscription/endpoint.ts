import type { Cli } from '../cli.ts';
import { exit, Failure } from '../exit.ts';
import { webhookWithKey } from '../key-vault.ts';

/** The webhook's address with its key: as it is given, or with the key that a vault holds. @throws Failure, AzureError */
export async function endpointOf(
  { endpoint, keyVault }: { readonly endpoint?: string; readonly keyVault?: string },
  cli: Cli,
): Promise<string> {
  if (keyVault !== undefined) return webhookWithKey(keyVault, endpoint, cli);
  if (endpoint === undefined) throw new Failure('--endpoint is missing, and --key-vault too', exit.usage);
  return endpoint;
}
