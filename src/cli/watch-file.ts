/** Notice of changes of a file. */
import { watch } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'

/** Milliseconds of quiet after a change: programs write a file in several steps. */
const QUIET = 100

/**
 * Watches the folder: editors write another file and give it the name.
 *
 * @returns what ends it.
 */
export function watchFile(file: string, tell: () => void): () => void {
  const path = resolve(file)
  let timer: NodeJS.Timeout | undefined
  const watcher = watch(dirname(path), (_, name) => {
    if (name !== null && name !== basename(path)) return
    clearTimeout(timer)
    timer = setTimeout(tell, QUIET)
  })
  return () => {
    clearTimeout(timer)
    watcher.close()
  }
}
