import type { Reply } from '../altinn/server.ts';

/** As Azure Resource Manager, Key Vault and Log Analytics write errors. Source: "Azure REST API guidelines", ErrorResponse. */
export function fault(status: number, code: string, message: string, inner?: string): Reply {
  const innererror = inner ? { innererror: { code: inner } } : {};
  return { status, body: { error: { code, message, ...innererror } } };
}

/** As App Service hands on what the Functions host answered. Source: Azure/azure-functions-host, issue 6568. */
export function hostFault(status: number, host: string): Reply {
  const Code = status === 404 ? 'NotFound' : 'BadRequest';
  const Message = `Encountered an error (${host}) from host runtime.`;
  const Details = [{ Message }, { Code }, { ErrorEntity: { Code, Message } }];
  return { status, body: { Code, Message, Target: null, Details, Innererror: null } };
}
