"""Everything dies, freezes and is cut off while clients book; nothing may be lost or done twice."""
