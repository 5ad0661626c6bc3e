/** Plugins that keep SDKs within reach of `autolog()` when a bundler puts them into the program. */
export { esbuildPlugin, type EsbuildPlugin } from './bundler/esbuild.js'
export { rollupPlugin, type RollupPlugin } from './bundler/rollup.js'
export { webpackLoader, webpackPlugin, type WebpackPlugin } from './bundler/webpack.js'
export { withAutolog, type ExternalPackages } from './bundler/external-packages.js'
