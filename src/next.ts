/** What Next.js has to be told, so that `autolog()` finds the SDKs of an application. */
export { withAutolog, type ExternalPackages } from './bundler/external-packages.js'
