/** Every subcommand, one line each. */
import type { Command } from './command.js'
import { doctorCommand } from './doctor.js'
import { gatewayCommand } from './gateway.js'
import { importCommand } from './import.js'
import { keysCommand } from './keys.js'
import { pricesCommand } from './prices.js'
import { providersCommand } from './providers.js'

export const commands: ReadonlyMap<string, Command> = new Map([
  ['doctor', doctorCommand],
  ['gateway', gatewayCommand],
  ['import', importCommand],
  ['keys', keysCommand],
  ['prices', pricesCommand],
  ['providers', providersCommand],
])
