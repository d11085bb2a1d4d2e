package card

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
)

// encode writes an image of at most sixteen colours as a PNG with four bits for
// a pixel. image/png asks for each pixel through an interface, which takes as
// long as compressing does.
func (e *easel) encode(img *image.Paletted) []byte {
	e.packed = e.packed[:0]
	for y := range Height {
		row := img.Pix[y*img.Stride : y*img.Stride+Width]
		e.packed = append(e.packed, 0) // no filter: flat colours repeat as they are
		for x := 0; x < Width; x += 2 {
			e.packed = append(e.packed, row[x]<<4|row[x+1])
		}
	}
	e.squeezed.Reset()
	if e.zip == nil {
		e.zip = zlib.NewWriter(&e.squeezed)
	} else {
		e.zip.Reset(&e.squeezed)
	}
	_, _ = e.zip.Write(e.packed) // a Buffer takes everything
	_ = e.zip.Close()

	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	head := binary.BigEndian.AppendUint32(nil, Width)
	head = binary.BigEndian.AppendUint32(head, Height)
	chunk(&b, "IHDR", append(head, 4, 3, 0, 0, 0)) // four bits, a palette
	var palette []byte
	for _, c := range colours {
		rgb := c.(color.RGBA)
		palette = append(palette, rgb.R, rgb.G, rgb.B)
	}
	chunk(&b, "PLTE", palette)
	chunk(&b, "IDAT", e.squeezed.Bytes())
	chunk(&b, "IEND", nil)
	return b.Bytes()
}

func chunk(b *bytes.Buffer, kind string, data []byte) {
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
	sum := crc32.NewIEEE()
	sum.Write([]byte(kind))
	sum.Write(data)
	b.WriteString(kind)
	b.Write(data)
	b.Write(binary.BigEndian.AppendUint32(nil, sum.Sum32()))
}
