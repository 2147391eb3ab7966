metadata description = 'One private endpoint, and its name in the network.'

@description('The name of the endpoint.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

@description('The subnet that the endpoint is in.')
param subnetId string

@description('The resource that it leads to.')
param targetId string

@description('Which part of that resource.')
@allowed(['blob', 'queue', 'table', 'vault'])
param part string

@description('The private DNS zone that resolves it.')
param zoneName string

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: zoneName
}

resource endpoint 'Microsoft.Network/privateEndpoints@2024-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: part
        properties: { privateLinkServiceId: targetId, groupIds: [part] }
      }
    ]
  }

  resource zones 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: part, properties: { privateDnsZoneId: zone.id } }]
    }
  }
}
