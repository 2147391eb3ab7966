// azd runs this after a deployment (azure.yaml), with its environment's values as environment variables.
import { ConfigurationError } from '../../../shared/runtime/configuration-error.ts';
import { sanitize } from '../../../shared/runtime/sanitize.ts';
import { makeAsk } from '../client/ask.ts';
import { AzureError } from '../client/azure-error.ts';
import { azdUser } from '../client/credential.ts';
import { explained } from '../client/remedy.ts';
import { readAzdEnvironment } from './azd-environment.ts';
import { nextStep } from './next-step.ts';
import { NotYet } from './patience.ts';
import { storeKeys } from './store-keys.ts';

async function main(): Promise<void> {
  const azd = readAzdEnvironment(process.env);
  await storeKeys(azd, makeAsk(azdUser(azd.tenant)), { tell: (line) => console.log(line) });
  console.log(nextStep(azd, process.env));
}

function explain(error: unknown): string {
  if (error instanceof AzureError) return explained(error);
  if (error instanceof NotYet) {
    return `${error.message}\nThe app did not start as it should: its log in Application Insights says why; a setting that is wrong is named there. Then: \`azd hooks run postdeploy\`.`;
  }
  if (error instanceof ConfigurationError) return error.message;
  return sanitize(error instanceof Error ? error.message : String(error));
}

main().catch((error: unknown) => {
  console.error(`The keys were not stored. ${explain(error)}`);
  process.exitCode = 1;
});
