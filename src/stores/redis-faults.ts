/** Explains errors of a Redis server, each with its fix. */
import { ConnectionError } from '../kernel/errors.js'

interface Fault {
  readonly what: string
  readonly fix: string
  /** Whether the connection leads to the wrong server, so that a new one may lead to the right one. */
  readonly leave?: true
}

/** By the first word of the error. Its words: redis.io/docs, "Error replies" of each command, and `src/server.c` of Redis. */
const REPLIES: Readonly<Record<string, Fault>> = {
  READONLY: {
    what: 'the server is a replica, which takes no writes',
    fix: 'use the address of the primary, or let Sentinel find it (redis+sentinel://); the store reconnects',
    leave: true,
  },
  MASTERDOWN: {
    what: 'the server is a replica that has lost its primary',
    fix: 'use the address of the primary; the store reconnects',
    leave: true,
  },
  MOVED: {
    what: 'the server is one node of a Redis Cluster, and the keys are on another',
    fix: 'use redis+cluster://host:port, a list of addresses, or a Cluster of ioredis',
  },
  ASK: {
    what: 'the server is one node of a Redis Cluster, and the keys are moving to another',
    fix: 'use redis+cluster://host:port, a list of addresses, or a Cluster of ioredis',
  },
  TRYAGAIN: { what: 'the cluster is moving the keys to another node', fix: 'it ends by itself' },
  CLUSTERDOWN: {
    what: 'the cluster is down, or has slots that no node serves',
    fix: 'see CLUSTER INFO and CLUSTER SHARDS of a node',
  },
  CROSSSLOT: { what: 'the keys of one script lie in several slots', fix: 'use no keyPrefix of ioredis with braces' },
  NOAUTH: {
    what: 'the server requires a password, and got none',
    fix: 'put it into the address (redis://user:password@host)',
  },
  WRONGPASS: { what: 'the server does not take this user and password', fix: 'correct them, or turn the user on' },
  NOPERM: {
    what: 'the user may not run a command, or touch a key, of the store',
    fix: 'allow it scripts and the keys of the prefix (ACL SETUSER … +@all -@dangerous +info ~{prefix}:*)',
  },
  OOM: {
    what: 'the memory of the server is full (maxmemory)',
    fix: 'give it more; for budgets, with the policy noeviction',
  },
  NOSCRIPT: { what: 'the server drops scripts at once', fix: 'check whether a proxy in front of it supports scripts' },
  LOADING: { what: 'the server is still loading its data', fix: 'it ends by itself' },
  BUSY: { what: 'the server is busy with a long script of another program', fix: 'SCRIPT KILL ends it' },
  MISCONF: {
    what: 'the server refuses writes because it cannot write to its disk',
    fix: 'see its log; free room on the disk',
  },
  NOREPLICAS: {
    what: 'the server refuses writes because it has too few replicas',
    fix: 'see min-replicas-to-write',
  },
  WRONGTYPE: { what: 'another program has keys under the same names', fix: 'use another prefix' },
  DENIED: {
    what: 'the server is in protected mode',
    fix: 'give it a password, or bind it to the address it is used at',
  },
  SELECT: { what: 'the server has no database of that number', fix: 'correct the number at the end of the address' },
  MAXCLIENTS: { what: 'the server has reached its limit of connections', fix: 'raise maxclients, or use fewer' },
  UNKNOWN: {
    what: 'the server does not know a command of the store',
    fix: 'use Redis 5 or later, or Valkey, with EVAL and EVALSHA left as they are',
  },
}

/** `ERR`, by the text after it. */
const UNNAMED: readonly (readonly [RegExp, string])[] = [
  [/invalid password|invalid username-password/i, 'WRONGPASS'],
  [/max number of clients/i, 'MAXCLIENTS'],
  [/DB index is out of range|invalid DB index|SELECT is not allowed/i, 'SELECT'],
  [/ACL failure|has no permissions|can't run this command/i, 'NOPERM'],
  [/unknown command|unknown redis command/i, 'UNKNOWN'],
]

/** By the code of the error. */
const NETWORK: Readonly<Record<string, Fault>> = {
  ECONNREFUSED: { what: 'nothing listens at its address', fix: 'start it, or correct the address' },
  ECONNRESET: { what: 'the connection was broken off', fix: 'the store reconnects' },
  EPIPE: { what: 'the connection was broken off', fix: 'the store reconnects' },
  ETIMEDOUT: { what: 'its address cannot be reached', fix: 'see the network and its rules' },
  EHOSTUNREACH: { what: 'its address cannot be reached', fix: 'see the network and its rules' },
  ENETUNREACH: { what: 'its address cannot be reached', fix: 'see the network and its rules' },
  ENOTFOUND: { what: 'its host name is unknown', fix: 'mend the address' },
  EAI_AGAIN: { what: 'its host name cannot be resolved now', fix: 'see the name server' },
}
const TLS: Fault = {
  what: 'no secure connection can be made',
  fix: 'see its certificate; redis:// is without TLS, rediss:// with it',
}
const CLOSED: Fault = { what: 'there is no connection', fix: 'the store reconnects' }

/** A code anywhere in an error: before version 7, an error inside a script is wrapped in the script's own. */
const INSIDE = new RegExp(`-(${Object.keys(REPLIES).join('|')})\\b`)

export class RedisFault extends ConnectionError {
  /** Whether a new connection may lead to a server that works. */
  readonly leave: boolean

  constructor(code: string, { what, fix, leave }: Fault, said: string) {
    // The library's error has the command with its arguments, which may include a password.
    super(`the store redis does not serve (${code}): ${what}; ${fix}`, { code, cause: new Error(said) })
    this.leave = leave === true
  }
}

/** @param thrown - The error of ioredis, thrown or in an `error` event. */
export function redisFault(thrown: unknown): RedisFault {
  const error = innermost(thrown)
  // The error of an unknown command includes its arguments.
  const said = error.message.replace(/,? with args beginning with.*/s, '').slice(0, 300)
  const word = wordOf(said)
  const reply = word === undefined ? undefined : REPLIES[word]
  if (word !== undefined && reply) return new RedisFault(word, reply, said)
  const { code } = error as NodeJS.ErrnoException
  const network = code === undefined ? undefined : NETWORK[code]
  if (code !== undefined && network) return new RedisFault(code, network, said)
  if (code !== undefined && /^ERR_(TLS|SSL)|CERT|SELF_SIGNED|EPROTO/.test(code)) return new RedisFault(code, TLS, said)
  if (/sentinel/i.test(said)) {
    return new RedisFault('SENTINEL', { what: said, fix: 'see the addresses and the name of the primary' }, said)
  }
  if (/connect|closed|stream isn't writeable/i.test(said)) return new RedisFault('NO_CONNECTION', CLOSED, said)
  return new RedisFault(code ?? word ?? 'ERROR', { what: said, fix: 'see the cause' }, said)
}

function wordOf(said: string): string | undefined {
  const inside = INSIDE.exec(said)?.[1]
  if (inside !== undefined) return inside
  const first = /^-?([A-Z][A-Z]+)\b/.exec(said)?.[1]
  if (first !== undefined && first !== 'ERR') return first
  return UNNAMED.find(([words]) => words.test(said))?.[1] ?? first
}

/** Of a cluster whose nodes all failed, why the last did. */
function innermost(thrown: unknown): Error {
  let error = thrown instanceof Error ? thrown : new Error(String(thrown))
  for (let depth = 0; depth < 5; depth += 1) {
    const inner = (error as { readonly lastNodeError?: unknown }).lastNodeError
    if (!(inner instanceof Error)) break
    error = inner
  }
  return error
}
