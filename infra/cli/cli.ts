import type { TokenCredential } from '@azure/identity';
import type { Command } from 'commander';
import { AltinnError } from '../../shared/altinn/api/altinn-error.ts';
import { makePlatform, type Platform } from '../../shared/altinn/api/platform.ts';
import { TokenError } from '../../shared/altinn/auth/token-error.ts';
import { makeTokens, type Tokens } from '../../shared/altinn/auth/tokens.ts';
import { ConfigurationError } from '../../shared/runtime/configuration-error.ts';
import { sanitize } from '../../shared/runtime/sanitize.ts';
import { type AltinnSettings, readAltinnSettings } from '../../shared/settings/altinn.ts';
import type { Values } from '../../shared/settings/declared.ts';
import { lookalikes } from '../../shared/settings/lookalikes.ts';
import { readGroup } from '../../shared/settings/reading.ts';
import { AzureError } from '../azure/client/azure-error.ts';
import { signedInUser } from '../azure/client/credential.ts';
import { explained } from '../azure/client/remedy.ts';
import { type ExitCode, exit, Failure } from './exit.ts';
import { Output } from './output.ts';
import { makeTiming, type Timing } from './timing.ts';

/** The options of every command. */
export interface CommonOptions {
  readonly env?: string;
  readonly json?: boolean;
}

/** What a command works with. */
export interface Cli {
  readonly output: Output;
  readonly timing: Timing;
  /** The address of RECEIVER_URL. */
  readonly receiver: string | undefined;
  /** `process.env`, with --env in ALTINN_ENVIRONMENT's place. */
  readonly environment: NodeJS.ProcessEnv;
  /** Whoever is signed in to Azure on this machine. */
  readonly user: TokenCredential;
  readonly azure: Values<'azure'>['azure'];
  /** @throws ConfigurationError */
  connect(): { settings: AltinnSettings; tokens: Tokens; platform: Platform };
}

/** Gives a command the common options, and its example in the help. */
export function withCommonOptions(command: Command, example: string): Command {
  return command
    .option('--env <name>', 'production, tt02, at22 … or a base URL (default: ALTINN_ENVIRONMENT)')
    .option('--json', 'write the result as JSON')
    .addHelpText('after', `\nExample:\n  npm run altinn -- ${example}`);
}

/** An address as it was pasted: at its end .NET makes some blanks a part of the key. */
export const trimmed = (text: string) => text.trim();

/** Runs a command and sets the exit code; whatever it throws is shown without a secret. */
export async function perform(options: CommonOptions, work: (cli: Cli) => Promise<ExitCode>): Promise<void> {
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    ...(options.env !== undefined && { ALTINN_ENVIRONMENT: options.env }),
  };
  const output = new Output(options.json ?? false);
  try {
    for (const warning of lookalikes(environment)) output.note(`Warning: ${warning}`);
    const { receiver, timeScale } = readGroup(environment, 'commandLine');
    const azure = readGroup(environment, 'azure');
    const timing = makeTiming(timeScale);
    output.reportEvery = timing.report;
    process.exitCode = await work({
      output,
      timing,
      receiver,
      environment,
      azure,
      user: signedInUser(azure.tenant),
      connect: () => connect(environment),
    });
  } catch (error) {
    const exitCode = exitCodeOf(error);
    const message = explain(error);
    output.result({ error: message, exitCode });
    output.note(`${message}`);
    process.exitCode = exitCode;
  }
}

function connect(environment: NodeJS.ProcessEnv): ReturnType<Cli['connect']> {
  const settings = readAltinnSettings(environment);
  if (!settings) {
    throw new ConfigurationError(
      'ALTINN_ENVIRONMENT, MASKINPORTEN_CLIENT_ID and MASKINPORTEN_KEY (or MASKINPORTEN_KEY_FILE) are missing. Example: ALTINN_ENVIRONMENT=tt02',
    );
  }
  const tokens = makeTokens(settings);
  return { settings, tokens, platform: makePlatform({ environment: settings.environment, tokens }) };
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Failure) return error.exitCode;
  return error instanceof ConfigurationError ? exit.usage : exit.failed;
}

/** An error's message and, for what Altinn answers without much of a reason, what to do about it. */
export function explain(error: unknown): string {
  if (error instanceof AltinnError) return [error.message, remedy(error)].filter(Boolean).join('\n');
  if (error instanceof AzureError) return explained(error);
  if (error instanceof Failure || error instanceof ConfigurationError || error instanceof TokenError) {
    return error.message;
  }
  return sanitize(error instanceof Error ? error.message : String(error));
}

function remedy({ status, reason, message }: AltinnError): string | undefined {
  if (status === 403 && /not authorized to create a subscription/i.test(reason)) {
    return "The resource's policy does not let your organization subscribe. Add the action `subscribe` to the policy in Altinn Studio, or ask the service owner to. Altinn remembers its decision for an hour.";
  }
  if (status === 403 && !reason) {
    return 'Either the token lacks the scope altinn:events.subscribe (see MASKINPORTEN_SCOPES), or this is not yours.';
  }
  if (status === 404 && message.includes('/subscriptions/')) {
    return 'There is no such subscription in this environment: see `subscription list`.';
  }
  if (status === 401)
    return 'Altinn refused the token twice. Is ALTINN_ENVIRONMENT the one the token is from?';
  return undefined;
}
