import { hasScope } from '../access.ts';
import type { Caller } from '../altinn-token.ts';
import { type Answer, type Call, empty, type Route } from '../http/answer.ts';
import { correspondenceError, invalidRequest } from './errors.ts';
import type { Letter } from './letter.ts';
import type { Letters } from './letters.ts';

export const path = '/correspondence/api/v1/correspondence';
export const readScope = 'altinn:correspondence.read';
export const writeScope = 'altinn:correspondence.write';

const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

export type ReadCaller = (call: Call) => Promise<Caller | undefined>;

export interface Opened {
  readonly letter: Letter;
  readonly call: Call;
  /** The service owner, and not as the recipient. */
  readonly isSender: boolean;
  /** A sender whose token has no `altinn:serviceowner`, which would make it pass as both. */
  readonly isPlainSender: boolean;
  /** Who has no `altinn:correspondence.write` counts as the recipient, the service owner too. */
  readonly countsAsRecipient: boolean;
}

/** Gives the caller of a request that has one of the scopes, or else the refusal. */
export async function admit(
  call: Call,
  readCaller: ReadCaller,
  scopes: readonly string[],
): Promise<{ caller: Caller } | Answer> {
  const caller = await readCaller(call);
  if (!caller) return { status: 401, headers: { 'www-authenticate': 'Bearer' } };
  return scopes.some((scope) => hasScope(caller, scope)) ? { caller } : empty(403);
}

/** What is no JSON when it is right is problem details by its type too when it is wrong. */
export function problemType(suffix: string): string {
  return /content$|download$/.test(suffix) ? 'application/problem+json' : 'application/json';
}

/** Makes the routes on one letter: each is handed the letter with who is asking, and nobody without access gets there. */
export function letterRoutes(letters: Letters, readCaller: ReadCaller) {
  return (
    method: string,
    suffix: string,
    scopes: readonly string[],
    handle: (opened: Opened) => Answer | Promise<Answer>,
  ): Route => ({
    api: 'correspondence',
    method,
    path: `${path}/:id${suffix}`,
    async handle(call) {
      const admitted = await admit(call, readCaller, scopes);
      if ('status' in admitted) return admitted;
      const { caller } = admitted;
      const id = call.params.id as string;
      if (!guid.test(id))
        return invalidRequest(new Map([['correspondenceId', `The value '${id}' is not valid.`]]));
      const letter = letters.get(id);
      if (!letter) return correspondenceError(1001, problemType(suffix));
      const isOwner = !caller.systemUser && caller.organization === letter.sender;
      if (!isOwner && caller.systemUser?.organization !== letter.recipient)
        return correspondenceError(4001, problemType(suffix));
      const writes = hasScope(caller, writeScope);
      return handle({
        letter,
        call,
        isSender: isOwner && writes,
        isPlainSender: isOwner && writes && !hasScope(caller, 'altinn:serviceowner'),
        countsAsRecipient: !writes,
      });
    },
  });
}
