import { catalogue, type EventName, lookUp, typePrefix } from '../../events/catalogue.ts';
import { isLoopback } from '../../runtime/loopback.ts';
import { resourceProblem } from '../resource.ts';
import { isAbsoluteUri } from './absolute-uri.ts';

/** What to subscribe to, with Altinn's names. The last two are what its older guides ask for and it now refuses. */
export interface SubscriptionRequest {
  readonly endPoint: string;
  readonly resourceFilter: string;
  /** A recipient's own; absent for a service owner. */
  readonly subjectFilter?: string | undefined;
  /** One exact type; absent for all. */
  readonly typeFilter?: string | undefined;
  readonly includeSubunits?: boolean | undefined;
  readonly sourceFilter?: string | undefined;
  readonly alternativeSubjectFilter?: string | undefined;
}

export interface SubscriptionProblem {
  readonly property: keyof SubscriptionRequest;
  readonly problem: string;
}

/** Named in Altinn's guides or its enum, and sent by nothing today: a filter for one of them matches no event. */
const notSent: ReadonlySet<string> = new Set<EventName>([
  'attachmentuploadprocessing',
  'attachmentpurged',
  'attachmentdownloaded',
  'correspondencearchived',
  'correspondencereceiverreplied',
  'correspondencereceiverreserved',
]);

const organization = /^urn:altinn:organization:identifier-no:\d{9}$/;

/**
 * Says what of a subscription Altinn would refuse, or would take and never match with an event; nothing when all is
 * well. The problems name no key.
 * @param platform the base URL of the Altinn that would get it; its loopback one alone can reach a loopback endpoint
 *
 * Source: Altinn/altinn-events, `SubscriptionController` and the matching of `OutboundService`.
 */
export function checkSubscription(request: SubscriptionRequest, platform?: string): SubscriptionProblem[] {
  const { resourceFilter, subjectFilter, typeFilter, includeSubunits } = request;
  const problems: SubscriptionProblem[] = [];
  const note = (property: keyof SubscriptionRequest, problem: string | undefined) => {
    if (problem) problems.push({ property, problem });
  };
  note('endPoint', endpointProblem(request.endPoint, platform));
  note('resourceFilter', resourceProblem(resourceFilter));
  if (request.sourceFilter !== undefined) {
    note(
      'sourceFilter',
      'is not supported by Altinn for resources any more, whatever older guides say: leave it out',
    );
  }
  if (request.alternativeSubjectFilter !== undefined) {
    note(
      'alternativeSubjectFilter',
      "is not supported by Altinn for resources any more, whatever older guides say: leave it out, and as a recipient give your organization's number",
    );
  }
  if (subjectFilter !== undefined) note('subjectFilter', subjectProblem(subjectFilter));
  if (typeFilter !== undefined) note('typeFilter', typeProblem(typeFilter, subjectFilter !== undefined));
  if (includeSubunits && subjectFilter === undefined) {
    note('includeSubunits', 'needs a subjectFilter: only a recipient has subunits to include');
  }
  return problems;
}

function endpointProblem(endpoint: string, platform: string | undefined): string | undefined {
  if (endpoint === '') return 'is empty';
  if (!URL.canParse(endpoint)) return 'is no absolute address';
  const url = new URL(endpoint);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) return 'is not https';
  if (!isAbsoluteUri(endpoint)) return 'is no absolute address';
  if (endpoint.includes('#')) return 'has a fragment (#…), which is never sent';
  if (url.username || url.password) return 'holds a user name or password, which Altinn does not send';
  if (endpoint !== endpoint.trim()) return 'starts or ends with a space';
  if (platform && isLoopback(url) && !isLoopback(new URL(platform))) {
    return 'is on this machine, where Altinn cannot reach it';
  }
  return undefined;
}

function subjectProblem(subject: string): string | undefined {
  if (subject === '') return 'is empty: Altinn stores that and never matches it';
  if (organization.test(subject)) return undefined;
  return 'is not urn:altinn:organization:identifier-no: and nine digits, and so matches no event';
}

function typeProblem(type: string, ofRecipient: boolean): string | undefined {
  if (type === '') return 'is empty: Altinn stores that and never matches it. Leave it out for all types';
  if (type !== type.toLowerCase()) {
    return `has upper-case letters, and Altinn compares exactly: every type is lower-case${suggestion(type)}`;
  }
  const name = type.slice(typePrefix.length);
  if (!type.startsWith(typePrefix) || !Object.hasOwn(catalogue, name)) {
    return `is no type of Correspondence that is known here${suggestion(type)}. Without one you get all types`;
  }
  if (notSent.has(name)) return 'is sent by nothing today: Altinn only names it';
  if (ofRecipient && lookUp(type)?.subject === 'sender') {
    return "goes to the sender alone: a recipient's subscription gets published, neverread and neverconfirmed";
  }
  return undefined;
}

function suggestion(type: string): string {
  const row = lookUp(type) ?? lookUp(typePrefix + type);
  return row ? `. Did you mean ${typePrefix}${row.name}?` : '';
}
