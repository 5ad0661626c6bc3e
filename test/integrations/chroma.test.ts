import spec from './chroma.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'chroma.case.ts')
