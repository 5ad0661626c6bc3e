import spec from './together.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'together.case.ts')
