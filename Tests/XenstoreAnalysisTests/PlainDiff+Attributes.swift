import XenstoreStream

extension PlainDiff {
    static func attributes(_ data: ConnectionData, _ layout: Layout) -> [String: String] {
        var said: [String: String] = ["out_data": ChangeLine.text(data.outData)]
        switch data.connType {
        case 0:
            said["type"] = "ring"
            said["domid"] = String(data.domid)
            said["target_domid"] = data.tdomid == 0x7FF4 ? "none" : String(data.tdomid)
        case 1:
            said["type"] = "socket"
            said["socket_fd"] = String(data.socketFD)
            if layout != .draft && data.socketPad != 0 { said["socket_pad"] = String(data.socketPad) }
        default:
            said["type"] = String(data.connType)
            said["conn_spec"] = ChangeLine.text(data.connSpec)
        }
        if layout == .draft {
            said["flags"] = String(data.flags)
            if data.connPad != 0 { said["conn_pad"] = String(data.connPad) }
            if data.connType == 0 {
                said["revtchn"] = String(data.revtchn)
                said["levtchn"] = String(data.levtchn)
                said["mfn"] = String(data.mfn)
            }
        } else {
            if data.connType == 0 { said["evtchn"] = String(data.evtchn) }
            if data.fields > 1 { said["fields"] = String(data.fields & 0xFFFE) }
            said["in_data"] = ChangeLine.text(data.inData)
            said["out_resp_len"] = String(data.outRespLength)
            if data.fields & 1 == 1 { said["unique_id"] = String(data.uniqueID) }
        }
        return said
    }

    static func text(_ permission: Permission) -> String {
        let letters: [UInt8: String] = [0x72: "r", 0x77: "w", 0x62: "b", 0x6E: "n"]
        let letter = letters[permission.perm] ?? "0x" + String(permission.perm, radix: 16) + ":"
        let flags =
            permission.flags == 0 ? "" : permission.flags == 1 ? ":stale" : ":0x" + String(permission.flags, radix: 16)
        return letter + String(permission.domid) + flags
    }
}
