import { resourceProblem, resourceUrn } from '../altinn/resource.ts';
import { followUpKinds } from '../events/catalogue.ts';
import type { Problem } from '../events/cloud-event.ts';
import type { Wanted } from './list-live.ts';
import { liveStates } from './listed.ts';
import { isPosition } from './live-follow-ups.ts';

const maxPageSize = 100;
const defaultPageSize = 50;

/**
 * Reads which follow-ups are asked for; what is absent or empty narrows nothing.
 * @param given gives the text of a parameter
 */
export function parseListQuery(
  given: (name: 'state' | 'kind' | 'resource' | 'pageSize' | 'continuation') => string | undefined,
): { ok: true; wanted: Wanted } | { ok: false; problems: Problem[] } {
  const problems: Problem[] = [];
  const refuse = (attribute: string, problem: string) => void problems.push({ attribute, problem });

  const oneOf = <T extends string>(name: 'state' | 'kind', all: readonly T[]): readonly T[] => {
    const text = given(name);
    if (!text) return all;
    const found = all.filter((each) => each === text);
    if (found.length === 0) refuse(name, `must be one of ${all.join(', ')}`);
    return found;
  };
  const states = oneOf('state', liveStates);
  const kinds = oneOf('kind', followUpKinds);

  const id = given('resource');
  const resource = id ? resourceUrn(id) : undefined;
  if (resource !== undefined && resourceProblem(resource))
    refuse('resource', 'must be the id of a resource, or its URN');

  const size = given('pageSize') || String(defaultPageSize);
  const pageSize = /^\d{1,3}$/.test(size) ? Number(size) : 0;
  if (pageSize < 1 || pageSize > maxPageSize) refuse('pageSize', `must be a number from 1 to ${maxPageSize}`);

  const token = given('continuation');
  const after = token ? positionIn(token) : undefined;
  if (token && !after) refuse('continuation', 'must be that of the page before');

  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, wanted: { states, kinds, resource, pageSize, after } };
}

/** A position as a page's `continuation`. */
export function tokenOf(position: string): string {
  return Buffer.from(position).toString('base64url');
}

function positionIn(token: string): string | undefined {
  if (token.length > 200) return undefined;
  const position = Buffer.from(token, 'base64url').toString();
  return isPosition(position) && tokenOf(position) === token ? position : undefined;
}
