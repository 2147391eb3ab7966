import type { AzureError } from './azure-error.ts';

const otherTenant =
  'The signed-in user may be of another tenant. Set AZURE_TENANT_ID to that of the subscription, and sign in there: `azd auth login --tenant-id <id>`.';
const otherNetwork =
  'It takes no calls from this network. Run the command inside its virtual network; or allow the address of this machine in the networking settings of the vault for so long.';

const remedies: Readonly<Record<string, string>> = {
  NotSignedIn:
    'Sign in with `azd auth login` (or `az login`); with several tenants, set AZURE_TENANT_ID to the right one.',
  SubscriptionNotFound:
    'AZURE_SUBSCRIPTION_ID is no subscription that the signed-in user sees. Compare it with `azd env get-values`, and sign in to its tenant.',
  InvalidSubscriptionId: 'AZURE_SUBSCRIPTION_ID is the GUID of a subscription, not its name.',
  InvalidAuthenticationTokenTenant: otherTenant,
  Unauthorized: otherTenant,
  ResourceGroupNotFound:
    'There is no such resource group in this subscription. Is it deployed? `azd up` makes it.',
  ResourceNotFound: 'It is not there. Is it deployed? `azd up` makes it.',
  ForbiddenByRbac:
    'Have a role assigned to the signed-in user on the vault: Key Vault Secrets Officer to write secrets, Key Vault Secrets User to read them. It takes up to ten minutes to be effective.',
  ForbiddenByConnection: otherNetwork,
  ForbiddenByFirewall: otherNetwork,
  SecretNotFound: 'It is put there after a deployment: `azd hooks run postdeploy` does it again.',
  ObjectIsDeletedButRecoverable:
    'The secret was deleted and is still kept: recover it (`az keyvault secret recover`), then run this again.',
  ENOTFOUND: 'There is no such address: look at the name for typing errors.',
};

/** Which role lets somebody do what an `AuthorizationFailed` names. */
const roles: readonly [action: RegExp, role: string][] = [
  [/Microsoft\.Web\//, 'Website Contributor on the function app'],
  [/Microsoft\.OperationalInsights\//, 'Log Analytics Reader on the workspace'],
  [/./, 'Reader on the resource group'],
];

/** What to do about it; nothing where the message says all there is. */
export function remedyOf({ code, message }: AzureError): string | undefined {
  if (code !== 'AuthorizationFailed') return Object.hasOwn(remedies, code) ? remedies[code] : undefined;
  const [, role] = roles.find(([action]) => action.test(message)) as [RegExp, string];
  return `Have the role ${role} assigned to the signed-in user, or sign in as somebody who has it.`;
}

/** Message and remedy. */
export function explained(error: AzureError): string {
  return [error.message, remedyOf(error)].filter(Boolean).join('\n');
}
