import {
  checkSubscription,
  type SubscriptionProblem,
  type SubscriptionRequest,
} from '../../../shared/altinn/api/subscriptions.ts';
import { Failure } from '../exit.ts';

const options: Readonly<Record<SubscriptionProblem['property'], string>> = {
  endPoint: '--endpoint',
  resourceFilter: '--resource',
  subjectFilter: '--recipient',
  typeFilter: '--type',
  includeSubunits: '--include-subunits',
  sourceFilter: '--source-filter',
  alternativeSubjectFilter: '--alternative-subject-filter',
};

/** @throws Failure naming each option with which Altinn would refuse a request, or never match an event */
export function refuseUnfit(requests: readonly SubscriptionRequest[], platform: string): void {
  const problems = requests.flatMap((request) =>
    checkSubscription(request, platform).map(({ property, problem }) => {
      const value = property === 'typeFilter' && request.typeFilter ? ` ${request.typeFilter}` : '';
      return `${options[property]}${value} ${problem}`;
    }),
  );
  if (problems.length === 0) return;
  throw new Failure(`Not sent to Altinn:\n${[...new Set(problems)].map((line) => `  ${line}`).join('\n')}`);
}
