import { shared } from '../../kernel/state.js'

/** The tracer providers that this package has made, in all of its copies. */
export const ownProviders = (): WeakSet<object> => shared('telemetry.own', () => new WeakSet<object>())
