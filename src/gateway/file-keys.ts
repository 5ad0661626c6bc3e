/** Keys in a file: for one machine, where several processes may read and change it. */
import { chmod, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError } from '../kernel/errors.js'
import { isObject, parseJson } from '../kernel/json.js'
import type { KeyStore, VirtualKey } from '../kernel/key-store.js'

/** Only the user of the process: hashes need no secrecy, but names and budgets may. */
const MODE = 0o600
/** Milliseconds between two tries for the lock, and how often it is tried. */
const AGAIN = 25
const TRIES = 400

interface Read {
  readonly version: string
  readonly byHash: ReadonlyMap<string, VirtualKey>
}

/**
 * A store of keys in a JSON file. A change replaces the whole file at once, under a lock between processes. A gateway looks at every
 * request whether the file has changed.
 *
 * @param path - Of a file that need not be there yet.
 */
export function fileKeys(path: string): KeyStore {
  let last: Read | undefined

  async function current(): Promise<ReadonlyMap<string, VirtualKey>> {
    const version = await versionOf(path)
    if (last?.version !== version) last = { version, byHash: await readKeys(path) }
    return last.byHash
  }

  async function change(edit: (keys: Map<string, VirtualKey>) => void): Promise<void> {
    await locked(path, async () => {
      const keys = new Map([...(await readKeys(path)).values()].map((key) => [key.id, key]))
      edit(keys)
      await replace(path, `${JSON.stringify({ keys: [...keys.values()] }, undefined, 2)}\n`)
    })
  }

  return {
    find: async (hash) => (await current()).get(hash),
    list: async () => [...(await readKeys(path)).values()],
    put: (key) => change((keys) => void keys.set(key.id, key)),
    async remove(id) {
      let found = false
      await change((keys) => void (found = keys.delete(id)))
      return found
    },
    close: () => Promise.resolve(),
  }
}

/** Changes with every replacement: each is a file of its own. */
async function versionOf(path: string): Promise<string> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true })
    return `${ino} ${mtimeNs} ${size}`
  } catch (error) {
    if (isMissing(error)) return 'none'
    throw error
  }
}

/** @throws ConfigError for a file that is something else: no key would be found in it. */
async function readKeys(path: string): Promise<ReadonlyMap<string, VirtualKey>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return new Map()
    throw error
  }
  const read = parseJson(text)
  const keys = isObject(read) && Array.isArray(read['keys']) ? (read['keys'] as unknown[]) : undefined
  if (!keys?.every(isKey)) throw new ConfigError(path, 'is not a file of keys that `tracestitch keys` has made')
  return new Map(keys.map((key) => [key.hash, key]))
}

function isKey(value: unknown): value is VirtualKey {
  return isObject(value) && typeof value['id'] === 'string' && typeof value['hash'] === 'string'
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

/** Readers see the old file or the new one, never a part. */
async function replace(path: string, text: string): Promise<void> {
  const next = `${path}.${process.pid}.next`
  const file = await open(next, 'w', MODE)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  // The mode of `open` is for new files, less what the process masks.
  await chmod(next, MODE)
  await rename(next, path)
}

/** Runs alone, among all processes that change the file. */
async function locked(path: string, run: () => Promise<void>): Promise<void> {
  const lock = `${path}.lock`
  for (let tries = 0; ; tries += 1) {
    try {
      const file = await open(lock, 'wx', MODE)
      await file.writeFile(String(process.pid))
      await file.close()
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (tries >= TRIES) {
        throw new ConfigError(path, `is being changed by another process; if none is, remove ${lock}`)
      }
      await sleep(AGAIN)
    }
  }
  try {
    await run()
  } finally {
    await rm(lock, { force: true })
  }
}
