// The seam to the machine is part of storage's interface: whoever opens a store hands it over.
@_exported public import AuraFiles
