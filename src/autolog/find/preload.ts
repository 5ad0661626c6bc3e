/** Whether the program has not started yet: `autolog()` runs by `node --import` or `--require`. */
import path from 'node:path'
import { guard } from '../../kernel/guard.js'
import { peekESM } from './peek.js'
import { loadedModules, nodeFlags, requireFromHere } from '../runtime.js'

export function isPreloaded(): boolean {
  const [, main] = process.argv
  if (main === undefined || nodeFlags('--import', '--require', '-r').length === 0) return false
  return guard('preload', isUnloaded, main) === true
}

/** A CommonJS module that is still running is among the loaded ones too. */
function isUnloaded(main: string): boolean {
  const file = requireFromHere().resolve(path.resolve(main))
  return loadedModules()[file] === undefined && peekESM(file).state === 'absent'
}
