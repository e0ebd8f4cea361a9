import XenstoreStream

extension Field {
    /// The column of the archive's tables that holds the field; nil if the field follows from
    /// others or is stored in `residue`.
    package var column: String? {
        switch self {
        case .wpath, .path: "path_id"
        case .perms: "permset_id"
        case .quotas: "quotaset_id"
        case .outRespLength: "out_resp_len"
        case .inDataLength, .outDataLength, .wpathLength, .tokenLength, .pathLength, .valueLength, .permCount,
            .quotaCount, .globQuotaCount, .uniqueIDPad, .type, .len, .padding:
            nil
        case .domQuotaCount: "n_dom_quota"
        default: columnName
        }
    }

    /// The field's name in the archive's columns and views.
    package var columnName: String {
        String(name.map { $0 == "-" ? "_" : $0 })
    }
}
