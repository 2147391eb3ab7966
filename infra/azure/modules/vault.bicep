metadata description = 'The vault of the keys that the operator puts there. Who may read it is said by roles alone.'

@minLength(3)
@maxLength(24)
@description('The name of the vault.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Whether nobody can purge a deleted vault for 90 days.')
param purgeProtection bool

@description('Whether the vault is open to private endpoints, and to `openTo`, alone.')
param privateNetwork bool

@description('Addresses and CIDRs that reach the vault besides private endpoints.')
param openTo string[]

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // Azure takes true or nothing: it cannot be turned off again.
    enablePurgeProtection: purgeProtection ? true : null
    publicNetworkAccess: privateNetwork && empty(openTo) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
      ipRules: [for address in openTo: { value: address }]
    }
  }
}

output id string = vault.id
output name string = vault.name
output uri string = 'https://${vault.name}${environment().suffixes.keyvaultDns}'
