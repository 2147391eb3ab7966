import { makeAsk } from '../azure/client/ask.ts';
import { keySecrets, secretNames } from '../azure/client/secrets.ts';
import type { Cli } from './cli.ts';
import { exit, Failure } from './exit.ts';

export const keyVaultOption = '--key-vault <name>';

/** The webhook's address with the key of a vault. @throws Failure, AzureError */
export const webhookWithKey = (vault: string, address: string | undefined, cli: Cli) =>
  withKey(vault, secretNames.receiveEvents, address, cli);

/** The function app's address with the key to the status, of a vault. @throws Failure, AzureError */
export const statusWithKey = (vault: string, address: string | undefined, cli: Cli) =>
  withKey(vault, secretNames.readStatus, address, cli);

/** @param address without a key; where there is none, the one that was stored with the key */
async function withKey(
  vault: string,
  secret: string,
  address: string | undefined,
  cli: Cli,
): Promise<string> {
  if (!/^[a-z][a-z\d-]{1,22}[a-z\d]$/i.test(vault)) {
    throw new Failure('--key-vault is no name of a Key Vault. Example: kv-letters-a1b2c3', exit.usage);
  }
  if (address && /[?&]code=/.test(address)) {
    throw new Failure('The address has a key already: leave that out, or --key-vault', exit.usage);
  }
  const { value, endpoint } = await keySecrets(makeAsk(cli.user), vault).read(secret);
  const base = address || endpoint;
  if (!base) {
    throw new Failure(`No address is stored with ${secret} in Key Vault ${vault}: give it here`, exit.usage);
  }
  // A key ends with `==`, which the portal's address does not encode; another spelling is another subscription.
  const code = encodeURIComponent(value).replaceAll('%3D', '=');
  return `${base}${base.includes('?') ? '&' : '?'}code=${code}`;
}
