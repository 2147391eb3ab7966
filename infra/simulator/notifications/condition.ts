import { SignJWT } from 'jose';
import type { IssuerKeys } from '../maskinporten/issuer-key.ts';
import type { ConditionCall } from './shipment.ts';

export const conditionScope = 'altinn:system/notifications.condition.check';
/** Digdir, which runs Altinn Notifications. */
const organization = '991825827';
/** Seconds. */
const life = 120;
/** Real milliseconds; Altinn's client waits a hundred seconds. */
const timeoutMs = 20_000;

export interface Asker {
  /** The issuer, with its trailing slash. */
  readonly issuer: string;
  readonly keys: IssuerKeys;
  /** By what tokens live, in milliseconds since 1970. */
  readonly now: () => number;
}

/** The token with which Altinn Notifications asks; claims can be changed, and one that is `undefined` is left out. */
export function conditionToken(
  { issuer, keys: { maskinporten: key }, now }: Asker,
  changes: Record<string, unknown> = {},
): Promise<string> {
  const issuedAt = Math.floor(now() / 1000);
  const claims = {
    iss: issuer,
    scope: conditionScope,
    client_id: 'altinn-notifications',
    client_amr: 'private_key_jwt',
    token_type: 'Bearer',
    consumer: { authority: 'iso6523-actorid-upis', ID: `0192:${organization}` },
    iat: issuedAt,
    exp: issuedAt + life,
    jti: crypto.randomUUID(),
    ...changes,
  };
  return new SignJWT(JSON.parse(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'RS256', kid: key.kid })
    .sign(key.privateKey);
}

/**
 * Asks a condition endpoint whether to send. Any 2xx with a `sendNotification` in its JSON is an answer.
 *
 * Source: Altinn/altinn-notifications, `SendConditionClient`.
 */
export async function askCondition(
  endpoint: string,
  asker: Asker,
): Promise<Pick<ConditionCall, 'status' | 'sendNotification'>> {
  try {
    const headers = { authorization: `Bearer ${await conditionToken(asker)}` };
    const response = await fetch(endpoint, { headers, signal: AbortSignal.timeout(timeoutMs) });
    const body = await response.text();
    return { status: response.status, sendNotification: response.ok ? read(body) : undefined };
  } catch {
    return { status: undefined, sendNotification: undefined };
  }
}

function read(body: string): boolean | undefined {
  try {
    const { sendNotification } = JSON.parse(body);
    return typeof sendNotification === 'boolean' ? sendNotification : undefined;
  } catch {
    return undefined;
  }
}
