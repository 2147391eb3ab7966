import { importJWK, type JWK } from 'jose';
import * as z from 'zod';

const organizationNumber = z.string().regex(/^\d{9}$/, 'must be nine digits');

const publicJwk = z
  .looseObject({
    kty: z.literal('RSA', 'must be RSA, since Maskinporten takes RS256'),
    kid: z.string().min(1),
    n: z.string(),
    e: z.string(),
  })
  .refine((jwk) => !('d' in jwk), 'must be the public key alone');

export const clientSchema = z.strictObject({
  clientId: z.string().min(1),
  publicJwk,
  /** The scopes that the client may ask for. */
  scopes: z.array(z.string().min(1)),
  /** Whose client it is. */
  organization: organizationNumber,
  /** The code of a service owner, such as `ttd`; without it the organisation is none. */
  serviceOwner: z.string().min(1).optional(),
  /** The organisations whose system users it may act for; all when not given. */
  systemUsers: z.array(organizationNumber).optional(),
});

export type ClientRegistration = z.input<typeof clientSchema>;
export type Client = z.output<typeof clientSchema>;

/** The clients that Maskinporten knows; registering one again replaces its key and scopes. */
export class Clients {
  readonly #clients = new Map<string, Client>();

  register(client: ClientRegistration): void {
    const parsed = clientSchema.parse(client);
    this.#clients.set(parsed.clientId, parsed);
  }

  get(clientId: string): Client | undefined {
    return this.#clients.get(clientId);
  }

  ids(): string[] {
    return [...this.#clients.keys()];
  }
}

export async function publicKey({ publicJwk }: Client): Promise<Awaited<ReturnType<typeof importJWK>>> {
  return importJWK(publicJwk as JWK, 'RS256');
}
