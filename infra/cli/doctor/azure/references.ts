import * as z from 'zod/mini';
import { fail, ok, skipped } from '../check.ts';
import { azureCheck } from './azure-check.ts';

const schema = z.object({
  value: z.array(z.object({ id: z.string(), properties: z.object({ status: z.optional(z.string()) }) })),
});

const remedies: Readonly<Record<string, string>> = {
  SecretNotFound: 'Put the secret into the vault: `az keyvault secret set`',
  AccessToKeyVaultDenied: "Give the app's identity the role Key Vault Secrets User on the vault",
  MSINotEnabled: 'Give the app an identity, and name it in keyVaultReferenceIdentity',
  VaultNotFound: "Correct the vault's name in the reference",
  InvalidSyntax: 'Write it as @Microsoft.KeyVault(SecretUri=https://<vault>.vault.azure.net/secrets/<name>)',
};

export const referencesAreResolved = azureCheck('Key Vault references', async ({ app }) => {
  const { value } = schema.parse(await app.references());
  const references = value.map(({ id, properties }) => ({
    name: id.slice(id.lastIndexOf('/') + 1),
    status: properties.status ?? 'unknown',
  }));
  if (references.length === 0) return skipped('no setting refers to Key Vault');
  const open = references.filter(({ status }) => status !== 'Resolved');
  if (open.length === 0) return ok(`${references.map(({ name }) => name).join(', ')}: resolved`);
  const fixes = new Set(
    open.map(({ status }) => remedies[status] ?? 'Restart the app, and look at it in the portal'),
  );
  return fail(open.map(({ name, status }) => `${name}: ${status}`).join('; '), [...fixes].join('. '));
});
