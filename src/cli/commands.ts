/** Every subcommand, one line each. */
import type { Command } from './command.js'
import { providersCommand } from './providers.js'

export const commands: ReadonlyMap<string, Command> = new Map([['providers', providersCommand]])
