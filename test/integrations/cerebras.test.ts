import spec from './cerebras.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'cerebras.case.ts')
