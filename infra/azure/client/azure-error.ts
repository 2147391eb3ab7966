import * as z from 'zod/mini';
import { isTransient } from '../../../shared/runtime/http.ts';
import { sanitize } from '../../../shared/runtime/sanitize.ts';

interface Answered {
  /** 0 when there was no answer. */
  readonly status?: number;
  /** The service's own, `AuthorizationFailed` say; without an answer, why there was none. */
  readonly code: string;
  readonly reason?: string;
  readonly mayPass?: boolean;
}

/** What only a person can change, though its status says that it may pass. */
const lasting = new Set(['ENOTFOUND', 'NotSignedIn', 'ObjectIsDeletedButRecoverable']);

/** A service of Azure's did not do what it was asked. The message names no person and no key. */
export class AzureError extends Error {
  override name = 'AzureError';
  readonly status: number;
  readonly code: string;
  /** Whether the same request may be answered otherwise in a minute. */
  readonly mayPass: boolean;

  constructor(service: string, { status = 0, code, reason, mayPass }: Answered) {
    const what = status === 0 ? `could not be asked (${code})` : `answered ${status} ${code}`.trim();
    super(`${service} ${what}${reason ? `: ${reason}` : ''}`);
    this.status = status;
    this.code = code;
    this.mayPass = mayPass ?? (!lasting.has(code) && (status === 0 || status === 409 || isTransient(status)));
  }
}

const details = { code: z.optional(z.string()), message: z.optional(z.string()) };
const resourceManagers = z.object({
  error: z.object({ ...details, innererror: z.optional(z.object({ code: z.optional(z.string()) })) }),
});
/** As the resource provider of App Service writes them, and hands on what the Functions host answered. */
const appServices = z.object({ Code: z.optional(z.string()), Message: z.optional(z.string()) });

/**
 * The error that an answer is.
 * @param hadBody what was sent may hold a key, and an answer may repeat it: its text is not shown then
 */
export function refused(service: string, status: number, answer: unknown, hadBody: boolean): AzureError {
  const { code, message } = read(answer);
  const [, action] = /perform action '([\w./]+)'/.exec(message) ?? [];
  const reason = action && status === 403 ? `the signed-in user may not ${action}` : firstLine(message);
  return new AzureError(service, {
    status,
    code,
    ...((action || !hadBody) && { reason }),
    ...(/from host runtime/i.test(message) && { mayPass: true }),
  });
}

/** The error of a credential that gives no token. */
export function noToken(error: unknown): AzureError {
  const reason = sanitize(error instanceof Error ? error.message : String(error));
  return new AzureError('Azure', { code: 'NotSignedIn', reason });
}

function read(answer: unknown): { code: string; message: string } {
  const { data } = z.safeParse(resourceManagers, answer);
  if (data) {
    const { code = '', message = '', innererror } = data.error;
    return { code: innererror?.code ?? code, message };
  }
  const { Code: code = '', Message: message = '' } = z.safeParse(appServices, answer).data ?? {};
  return { code, message };
}

/** What comes after it names who asked. */
const firstLine = (message: string) => sanitize(message.split(/[\r\n]/, 1)[0] ?? '');
