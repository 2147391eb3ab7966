import { makeCorrespondence } from '../shared/altinn/api/correspondence.ts';
import { heard } from '../shared/altinn/api/heard.ts';
import { makePlatform } from '../shared/altinn/api/platform.ts';
import { serviceOwnerScope } from '../shared/altinn/auth/scopes.ts';
import { makeTokens } from '../shared/altinn/auth/tokens.ts';
import { Pace } from '../shared/altinn/pace.ts';
import { requestsPerLetter, roleOf, scopeFor, whyNotAsked } from '../shared/altinn/role.ts';
import { whoseEvents } from '../shared/altinn/whose.ts';
import { makeAskAltinn } from '../shared/follow-ups/question.ts';
import { makeAskByList } from '../shared/follow-ups/question-by-list.ts';
import type { Configuration } from '../shared/settings/configuration.ts';
import type { Table } from '../shared/storage/table.ts';

/** The way to Altinn; `undefined` without credentials. */
export function connectAltinn({ altinn, asking, resources }: Configuration, shared: Table) {
  if (!altinn) return undefined;
  const { environment, scopes } = altinn;
  const platform = makePlatform({ environment, tokens: makeTokens(altinn), maxRate: asking.maxPace });
  const correspondence = makeCorrespondence(platform, scopes.includes(serviceOwnerScope));
  const [role, whose] = [roleOf(altinn), whoseEvents(altinn)];
  const requests = requestsPerLetter(altinn);
  const pace = new Pace(shared, { rate: asking.pace / requests, maxRate: asking.maxPace / requests });
  const { list, details } = correspondence;
  const listenedTo = { list: heard(list, pace), details: heard(details, pace) };
  const whyNot = whyNotAsked({ ...altinn, resources });
  const question = () =>
    role === 'Sender' ? makeAskAltinn(correspondence, pace) : makeAskByList({ list, whose, pace });
  return {
    platform,
    pace,
    role,
    whose,
    whyNot,
    askAltinn: whyNot ? undefined : question(),
    auditing: scopes.includes(scopeFor(role)) ? { role, correspondence: listenedTo } : undefined,
  };
}
