import { testIntegration } from './matrix.js'
import spec from './mistral.case.js'

testIntegration(spec, 'mistral.case.ts')
