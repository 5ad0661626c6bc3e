/** Keys of the gateway's own: how they are made, and what their holders may do. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Access } from '../client/endpoint/index.js'
import { refused } from '../client/endpoint/incoming.js'
import { TracestitchError } from '../kernel/errors.js'
import { newKeyId, type KeyStore, type VirtualKey } from '../kernel/key-store.js'
import type { KeyCheck } from './options.js'

/** So that a key is known for one where it leaks: scanners for secrets look for a beginning. */
const BEGINNING = 'ts-'
/** Bytes: too many to be guessed, so that a plain hash is enough. */
const ENTROPY = 32

/** A new key, and what is kept of it. */
export interface NewKey {
  /** Shown once; nobody can find it again. */
  readonly key: string
  /** What a store keeps. */
  readonly kept: VirtualKey
}

/** A new key of 256 random bits, and what a store keeps of it: its hash, an id and when it was made. */
export function newKey(fields: Omit<VirtualKey, 'id' | 'hash' | 'createdAt'>): NewKey {
  const key = BEGINNING + randomBytes(ENTROPY).toString('base64url')
  const id = newKeyId((bytes) => randomBytes(bytes).toString('hex'))
  return { key, kept: { id, hash: hashOf(key).toString('hex'), createdAt: new Date().toISOString(), ...fields } }
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

/** Compared with where no key was found, so that both ways do the same. */
const NOBODY = Buffer.alloc(32)

/**
 * Finds holders of keys in a store, for the option `keys` of `serve()`. A key is hashed first, and the hashes are compared in constant
 * time: how long it takes says nothing of the keys that there are. One that has expired is as unknown as one that never was.
 */
export function keyCheck(store: KeyStore): KeyCheck {
  return async (given) => {
    const hash = hashOf(given)
    const found = await read(store, hash.toString('hex'))
    const known = found ? Buffer.from(found.hash, 'hex') : NOBODY
    const same = known.length === hash.length && timingSafeEqual(known, hash)
    const over = found?.expiresAt !== undefined && Date.parse(found.expiresAt) <= Date.now()
    return found && same && !over ? accessOf(found) : undefined
  }
}

/** The reason stays here: it may name the server. */
async function read(store: KeyStore, hash: string): Promise<VirtualKey | undefined> {
  try {
    return await store.find(hash)
  } catch (cause) {
    throw new TracestitchError('the keys cannot be read now', { status: 503, code: 'keys_unavailable', cause })
  }
}

function accessOf({ id, models, budget, rpm, tpm, concurrent, user, tags, metadata }: VirtualKey): Access {
  const allowed = models?.map(patternOf)
  return {
    identity: { ...metadata, ...(user !== undefined && { user }), ...(tags && { tags }), key: id },
    allowance: {
      limits: { rpm, tpm, concurrent },
      budgets: budget ? [budget] : [],
    },
    ...(allowed && {
      admit(model) {
        if (!allowed.some((pattern) => pattern.test(model)))
          throw refused(403, `this key may not use the model \`${model}\``, 'model_not_allowed')
      },
    }),
  }
}

/** A whole name, in which `*` stands for any characters. `provider:model` is the same as `provider/model`. */
function patternOf(name: string): RegExp {
  const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const [, provider, rest] = /^([\w-]+)\/(.+)$/.exec(name) ?? []
  const parts = (text: string): string => text.split('*').map(literal).join('.*')
  const source = provider === undefined ? parts(name) : `${literal(provider)}[/:]${parts(rest ?? '')}`
  return new RegExp(`^${source}$`, 's')
}
