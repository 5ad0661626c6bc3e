/** Checks names in scopes of limits and budgets: a misspelt one would silently hold for no call. */
import { ConfigError } from '../kernel/errors.js'
import { didYouMean } from '../kernel/did-you-mean.js'
import type { ClientOptions } from './options.js'
import type { Scope } from './scoped-options.js'
import type { Targets } from './targets.js'
import { isWildcard, Wildcards } from './wildcards.js'

/** Counts each value separately. */
const EACH = '*'

/** @throws ConfigError on the first scope that names an unknown alias or provider. */
export function checkScopes({ limits = [], budgets = [], models = {} }: ClientOptions, targets: Targets): void {
  const names = Object.keys(models)
  const wildcards = new Wildcards(names)
  const check = ({ alias = EACH, provider = EACH, model = EACH }: Scope, path: string): void => {
    if (alias !== EACH && isWildcard(alias)) {
      const problem = `the calls of \`${alias}\` count under the name that each of them uses; write that, or \`*\` for each by itself`
      throw new ConfigError(`${path}.alias`, problem)
    }
    if (alias !== EACH && !names.includes(alias) && !wildcards.find(alias)) {
      throw new ConfigError(
        `${path}.alias`,
        `there is no alias \`${alias}\`${didYouMean(alias, names) || '; name one of `models`, or add it there'}`,
      )
    }
    if (provider !== EACH) targets.requireProvider(provider, `${path}.provider`)
    if (model !== EACH) targets.requireProvider(model.slice(0, model.indexOf('/')), `${path}.model`)
  }
  for (const [name, list] of Object.entries({ limits, budgets })) {
    for (const [i, { scope = {} }] of list.entries()) check(scope, `${name}[${i}].scope`)
  }
}
