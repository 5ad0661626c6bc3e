/** Not read by the compiler: it is large, and its types are `Table`. */
declare module 'tracestitch/prices.json' {
  const table: unknown
  export default table
}
