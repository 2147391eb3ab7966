import type { AzdEnvironment } from './azd-environment.ts';

/** What to do after the deployment, with the webhook's address and without its key. */
export function nextStep(
  { endpoint, vault, resourceGroup, subscription }: AzdEnvironment,
  environment: NodeJS.ProcessEnv,
): string {
  const altinn = environment.ALTINN_ENVIRONMENT || '<tt02 or production>';
  const recipient = environment.ALTINN_SYSTEM_USER_ORG
    ? ` --recipient ${environment.ALTINN_SYSTEM_USER_ORG}`
    : '';
  const resources = (environment.ALTINN_RESOURCES || '<resource>').split(',').map((id) => id.trim());
  const leftOut = environment.OWN_SETTINGS_LEFT_OUT;
  return [
    '',
    ...(leftOut
      ? [
          `Warning: of OWN_SETTINGS these were left out, since they are the product's or Azure's: ${leftOut}`,
          "What is the product's has a name of its own in azd: azd env set NAME value",
        ]
      : []),
    `The webhook: ${endpoint} (and its key, from Key Vault ${vault})`,
    'Next, subscribe, with the credentials of Maskinporten in the environment:',
    ...resources.map(
      (id) =>
        `  npm run altinn -- subscription ensure --env ${altinn} --resource ${id}${recipient} --key-vault ${vault}`,
    ),
    'Then check everything:',
    `  npm run altinn -- doctor --env ${altinn} --key-vault ${vault} --azure ${resourceGroup} --subscription ${subscription}`,
  ].join('\n');
}
